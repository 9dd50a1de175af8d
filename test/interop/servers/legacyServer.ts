import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { formEndpoint, jsonEndpoint, queryOf, refuseWith, sendBack } from './endpoints.ts';
import { guard } from './guard.ts';
import { type Grant, Ledger, Refusal, redirectUrisOf } from './ledger.ts';

/** An MCP server that is its own authorization server, by the rules of 2025-03-26. */
export interface LegacyServer {
  readonly mcpUrl: string;
  /** Where the event stream of the transport of 2024-11-05 is. */
  readonly sseUrl: string;
  readonly ledger: Ledger;
  /** Lets time pass at the server, in milliseconds. */
  advance(ms: number): void;
  /** Has trouble with the next token request: a page with this status. */
  failNextTokenRequest(status: number): void;
}

export interface LegacyOptions {
  /** Whether there is metadata at the origin; else the endpoints are where 2025-03-26 puts them. */
  readonly hasMetadata: boolean;
  /** The issuer that the metadata names; default: the origin. */
  readonly issuer?: string;
  /** Where an expired registration is noticed: at the token endpoint, or at the page already. */
  readonly noticesAt: 'page' | 'token';
}

const registrationLifetime = 60 * 60 * 1000;

/**
 * Acts like servers from before protected resource metadata, of which Atlassian's was one: metadata at the MCP
 * origin or none at all, the scope in the 401 alone, event stream as the transport, registrations that are
 * forgotten after an hour, tokens without `expires_in`, pages in place of errors, and redirects to `localhost` but
 * not to 127.0.0.1.
 *
 * @see https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization (fallbacks)
 * @see https://github.com/atlassian/atlassian-mcp-server/issues/148 (no protected resource metadata; an issuer
 * that is not the origin)
 * @see https://github.com/supabase/mcp/issues/355, https://github.com/anthropics/claude-code/issues/84614
 * (a registration that is forgotten, which the page alone says)
 */
export function serveLegacy(origin: Origin, { hasMetadata, issuer, noticesAt }: LegacyOptions): LegacyServer {
  const { url, app } = origin;
  const ledger = new Ledger();
  const registeredAt = new Map<string, number>();
  let now = 0;
  let failure: number | undefined;

  const assertKnown = (parameters: URLSearchParams) => {
    const registered = registeredAt.get(parameters.get('client_id') ?? '');
    if (registered === undefined || now - registered > registrationLifetime) {
      throw new Refusal('invalid_client', 'Unrecognized client_id', 401);
    }
  };

  if (hasMetadata) {
    app.get('/.well-known/oauth-authorization-server', (_request, response) => {
      response.json({
        issuer: issuer ?? url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        registration_endpoint: `${url}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['plain', 'S256'],
      });
    });
  }

  app.post(
    '/register',
    jsonEndpoint((metadata, response) => {
      ledger.registrations.push(metadata);
      if (redirectUrisOf(metadata).some((uri) => new URL(uri).hostname !== 'localhost')) {
        throw new Refusal('invalid_redirect_uri', 'Only localhost is allowed.');
      }
      const client = ledger.register(metadata);
      registeredAt.set(String(client.client_id), now);
      // RFC 7591 says 201.
      response.status(200).json(client);
    }),
  );

  app.get('/authorize', (request, response) => {
    const query = queryOf(request);
    ledger.authorizations.push(query);
    if (noticesAt === 'page') {
      assertKnown(query);
    }
    const redirectUri = ledger.redirectUriOf(query);
    if (redirectUri === undefined) {
      throw new Refusal('invalid_request', 'Unknown redirect URI.');
    }
    sendBack(response, redirectUri, { code: ledger.issueCode(query), state: query.get('state') ?? '' });
  });

  const issue = (grant: Grant) => {
    const [accessToken, refreshToken] = [randomUUID(), randomUUID()];
    ledger.accessTokens.set(accessToken, grant);
    ledger.refreshTokens.set(refreshToken, grant);
    return { access_token: accessToken, token_type: 'bearer', refresh_token: refreshToken };
  };

  const answerTokenRequest = (form: URLSearchParams) => {
    if (form.get('grant_type') !== 'refresh_token') {
      // Whoever has a session is not asked again who they are: only those who sign in.
      assertKnown(form);
      return issue(ledger.redeem(form));
    }
    const presented = form.get('refresh_token') ?? '';
    const grant = ledger.refreshTokens.get(presented);
    ledger.refreshTokens.delete(presented);
    if (!grant) {
      throw new Refusal('invalid_grant', 'Unknown refresh token.');
    }
    return issue(grant);
  };

  app.post(
    '/token',
    formEndpoint(origin, (form, response) => {
      ledger.tokenRequests.push(form);
      if (failure !== undefined) {
        showPage(response.status(failure), 'Something went wrong');
        failure = undefined;
        return;
      }
      response.json(answerTokenRequest(form));
    }),
  );

  const admit = guard({
    grantOf: (token) => ledger.accessTokens.get(token),
    challenge: { scope: 'read write' },
  });
  app.use('/mcp', admit, serveMcp);
  app.get('/sse', admit, openEventStream);
  app.use((_request, response) => showPage(response.status(404), 'This page does not exist'));
  app.use(
    refuseWith(({ error, message }, response) =>
      // What a program would have to know is said as OAuth has it; the rest is for people.
      error === 'invalid_client' && response.req.method === 'POST'
        ? response.json({ error, error_description: message })
        : showPage(response, message),
    ),
  );
  return {
    mcpUrl: `${url}/mcp`,
    sseUrl: `${url}/sse`,
    ledger,
    advance: (ms) => {
      now += ms;
    },
    failNextTokenRequest: (status) => {
      failure = status;
    },
  };
}

/** The first event of the transport of 2024-11-05 says where to post to; the stream stays open. */
function openEventStream(_request: Request, response: Response): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(`event: endpoint\ndata: /messages?sessionId=${randomUUID()}\n\n`);
}

function showPage(response: Response, text: string): void {
  response.type('html').send(`<!doctype html><title>Oops</title><p>${text}</p>`);
}
