import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { eventStreamEndpoint, serveMcp } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { formEndpoint, jsonEndpoint, queryOf, refuseWith, sendBack } from './endpoints.ts';
import { guard } from './guard.ts';
import { type Grant, Ledger, Refusal, redirectUrisOf } from './ledger.ts';

/** How one such server differs from the next. */
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
 * Acts like servers from before protected resource metadata, of which Atlassian's was one: an authorization
 * server of its own, with metadata at its origin or none at all; the scope in the 401 alone; an event stream beside
 * Streamable HTTP; registrations that are forgotten after an hour; tokens without `expires_in`; pages in place of
 * errors; redirects to `localhost` but not to 127.0.0.1.
 *
 * @see https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization (fallbacks)
 * @see https://github.com/atlassian/atlassian-mcp-server/issues/148 (no protected resource metadata; an issuer
 * that is not the origin)
 * @see https://github.com/supabase/mcp/issues/355, https://github.com/anthropics/claude-code/issues/84614
 * (a registration that is forgotten, which only the page says)
 */
export class LegacyServer {
  readonly mcpUrl: string;
  /** Where the event stream of the transport of 2024-11-05 is. */
  readonly sseUrl: string;
  readonly ledger = new Ledger();
  readonly #options: LegacyOptions;
  readonly #registeredAt = new Map<string, number>();
  #now = 0;
  #failure: number | undefined;

  constructor(origin: Origin, options: LegacyOptions) {
    const { url, app } = origin;
    this.mcpUrl = `${url}/mcp`;
    this.sseUrl = `${url}/sse`;
    this.#options = options;
    if (options.hasMetadata) {
      app.get('/.well-known/oauth-authorization-server', (_request, response) => {
        response.json(this.#metadata(url));
      });
    }
    app.post(
      '/register',
      jsonEndpoint((metadata, response) => this.#register(metadata, response)),
    );
    app.get('/authorize', (request, response) => this.#authorize(queryOf(request), response));
    app.post(
      '/token',
      formEndpoint(origin, (form, response) => this.#answerTokenRequest(form, response)),
    );
    const admit = guard({
      grantOf: (token) => this.ledger.accessTokens.get(token),
      challenge: { scope: 'read write' },
    });
    app.use('/mcp', admit, serveMcp);
    const { openStream, takeMessage } = eventStreamEndpoint('/messages');
    app.get('/sse', admit, openStream);
    app.post('/messages', admit, takeMessage);
    app.use((_request, response) => showPage(response.status(404), 'This page does not exist'));
    app.use(refuseWith(refuseLikeAWebSite));
  }

  /** Lets time pass at the server, in milliseconds. */
  advance(ms: number): void {
    this.#now += ms;
  }

  /** Has trouble with the next token request: a page with this status. */
  failNextTokenRequest(status: number): void {
    this.#failure = status;
  }

  #metadata(url: string) {
    return {
      issuer: this.#options.issuer ?? url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['plain', 'S256'],
    };
  }

  #register(metadata: Readonly<Record<string, unknown>>, response: Response): void {
    this.ledger.registrations.push(metadata);
    if (redirectUrisOf(metadata).some((uri) => new URL(uri).hostname !== 'localhost')) {
      throw new Refusal('invalid_redirect_uri', 'Only localhost is allowed.');
    }
    const client = this.ledger.register(metadata);
    this.#registeredAt.set(String(client.client_id), this.#now);
    // RFC 7591 says 201.
    response.status(200).json(client);
  }

  #authorize(query: URLSearchParams, response: Response): void {
    this.ledger.authorizations.push(query);
    if (this.#options.noticesAt === 'page') {
      this.#assertKnown(query);
    }
    const redirectUri = this.ledger.redirectUriOf(query);
    if (redirectUri === undefined) {
      throw new Refusal('invalid_request', 'Unknown redirect URI.');
    }
    const code = this.ledger.issueCode(query);
    sendBack(response, redirectUri, { code, state: query.get('state') ?? '' });
  }

  #answerTokenRequest(form: URLSearchParams, response: Response): void {
    this.ledger.tokenRequests.push(form);
    if (this.#failure !== undefined) {
      showPage(response.status(this.#failure), 'Something went wrong');
      this.#failure = undefined;
    } else {
      this.#assertKnown(form);
      const isRefresh = form.get('grant_type') === 'refresh_token';
      response.json(isRefresh ? this.#refresh(form) : this.#issue(this.ledger.redeem(form)));
    }
  }

  #refresh(form: URLSearchParams) {
    const presented = form.get('refresh_token') ?? '';
    const grant = this.ledger.refreshTokens.get(presented);
    this.ledger.refreshTokens.delete(presented);
    if (!grant) {
      throw new Refusal('invalid_grant', 'Unknown refresh token.');
    }
    return this.#issue(grant);
  }

  #issue(grant: Grant) {
    const [accessToken, refreshToken] = [randomUUID(), randomUUID()];
    this.ledger.accessTokens.set(accessToken, grant);
    this.ledger.refreshTokens.set(refreshToken, grant);
    return { access_token: accessToken, token_type: 'bearer', refresh_token: refreshToken };
  }

  #assertKnown(parameters: URLSearchParams): void {
    const registeredAt = this.#registeredAt.get(parameters.get('client_id') ?? '');
    if (registeredAt === undefined || this.#now - registeredAt > registrationLifetime) {
      throw new Refusal('invalid_client', 'Unrecognized client_id', 401);
    }
  }
}

/** Only what a program has to know is said as OAuth has it. */
function refuseLikeAWebSite({ error, message }: Refusal, response: Response): void {
  if (error === 'invalid_client' && response.req.method === 'POST') {
    response.json({ error, error_description: message });
  } else {
    showPage(response, message);
  }
}

function showPage(response: Response, text: string): void {
  response.type('html').send(`<!doctype html><title>Oops</title><p>${text}</p>`);
}
