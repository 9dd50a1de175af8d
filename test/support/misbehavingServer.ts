import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { listen } from './demo/listener.ts';
import { fieldSecrets, headerSecrets, querySecrets } from './demo/secrets.ts';
import { json, missing, type Reply, redirect, send, text, unauthorized } from './reply.ts';

/** A request as it came in, its body complete. */
export interface ReceivedRequest {
  /** Method and path, for example `POST /token`. */
  readonly route: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The body read as a form. */
  readonly form: URLSearchParams;
}

/** What a route answers: always the same, or what it makes of the request. */
export type Answer = Reply | ((request: ReceivedRequest) => Reply);

/** Answers by route, for example `POST /token`. */
export type Routes = Readonly<Record<string, Answer>>;

/** What the server would say if it behaved: the material for saying something slightly different. */
export interface Honest {
  readonly origin: string;
  readonly mcpUrl: string;
  /** RFC 9728, at `/.well-known/oauth-protected-resource/mcp`. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** RFC 8414, at `/.well-known/oauth-authorization-server`. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** MCP server and authorization server in one, at one origin. */
export interface MisbehavingServer extends Honest {
  readonly requests: readonly ReceivedRequest[];
  /** The routes asked so far, in order. */
  readonly asked: readonly string[];
  /** Every code, token, secret, verifier and state that was sent in either direction. */
  readonly secrets: ReadonlySet<string>;
  /** Changes an answer while running. */
  answer(route: string, answer: Answer): void;
  /** Gives some requests this reply, whatever their route answers, until the result is called. */
  disturb(isMeant: (request: ReceivedRequest) => boolean, reply: Reply): () => void;
  /** The next request to a route, once it was answered (or was left without an answer). */
  next(route: string): Promise<ReceivedRequest>;
  close(): Promise<void>;
}

/** Starts a server that behaves, but for the given routes. */
export async function startMisbehavingServer(
  overrides: (honest: Honest) => Routes = () => ({}),
): Promise<MisbehavingServer> {
  const { server, origin, close } = await listen('127.0.0.1', 0);
  const honest = describe(origin);
  const routes = new Map<string, Answer>(Object.entries({ ...honestRoutes(honest), ...overrides(honest) }));
  let disturbance: ((request: ReceivedRequest) => Reply | undefined) | undefined;
  const requests: ReceivedRequest[] = [];
  const asked: string[] = [];
  const secrets = new Set<string>();
  const waiting = new Set<(request: ReceivedRequest) => void>();
  const learn = (values: readonly string[]) => {
    for (const value of values) {
      secrets.add(value);
    }
  };
  server.on('request', async (message, response) => {
    const request = await receive(message);
    requests.push(request);
    asked.push(request.route);
    const answer = disturbance?.(request) ?? routes.get(request.route) ?? missing;
    const reply = typeof answer === 'function' ? answer(request) : answer;
    learn([
      ...querySecrets(message.url ?? ''),
      ...headerSecrets(message.headers.authorization),
      ...fieldSecrets(Object.fromEntries(request.form)),
      ...replySecrets(reply),
    ]);
    send(reply, response);
    for (const tell of [...waiting]) {
      tell(request);
    }
  });
  return {
    ...honest,
    requests,
    asked,
    secrets,
    answer: (route, answer) => routes.set(route, answer),
    disturb: (isMeant, reply) => {
      disturbance = (request) => (isMeant(request) ? reply : undefined);
      return () => {
        disturbance = undefined;
      };
    },
    next: (route) =>
      new Promise((resolve) => {
        const tell = (request: ReceivedRequest) => {
          if (request.route === route) {
            waiting.delete(tell);
            resolve(request);
          }
        };
        waiting.add(tell);
      }),
    close,
  };
}

function describe(origin: string): Honest {
  const mcpUrl = `${origin}/mcp`;
  return {
    origin,
    mcpUrl,
    resource: { resource: mcpUrl, authorization_servers: [origin], scopes_supported: ['files:read'] },
    metadata: {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      revocation_endpoint: `${origin}/revoke`,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
    },
  };
}

function honestRoutes({ origin, resource, metadata }: Honest): Routes {
  /** Challenges of the codes that were issued and not yet redeemed. */
  const codes = new Map<string, string>();
  const location = `${origin}/.well-known/oauth-protected-resource/mcp`;
  return {
    'POST /mcp': unauthorized(`Bearer resource_metadata="${location}"`),
    'GET /.well-known/oauth-protected-resource/mcp': json(resource),
    'GET /.well-known/oauth-authorization-server': json(metadata),
    'POST /register': ({ body }) =>
      json({ ...JSON.parse(body), client_id: `client-${randomUUID()}` }, { status: 201 }),
    'GET /authorize': ({ query }) => {
      const code = `code-${randomUUID()}`;
      codes.set(code, query.get('code_challenge') ?? '');
      const target = new URL(query.get('redirect_uri') ?? '');
      target.searchParams.set('code', code);
      target.searchParams.set('state', query.get('state') ?? '');
      target.searchParams.set('iss', origin);
      return redirect(target.href);
    },
    'POST /token': ({ form }) => {
      const code = form.get('code') ?? '';
      const challenge = codes.get(code);
      codes.delete(code);
      const isRefresh = form.get('grant_type') === 'refresh_token';
      return isRefresh || challenge === challengeOf(form.get('code_verifier') ?? '')
        ? json(freshTokens())
        : json({ error: 'invalid_grant' }, { status: 400 });
    },
    'POST /revoke': text('', 'text/plain'),
  };
}

/** What an honest token endpoint gives. */
export function freshTokens(): Readonly<Record<string, unknown>> {
  return {
    access_token: `access-${randomUUID()}`,
    refresh_token: `refresh-${randomUUID()}`,
    token_type: 'Bearer',
    expires_in: 3600,
  };
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

async function receive(message: IncomingMessage): Promise<ReceivedRequest> {
  let body = '';
  for await (const chunk of message.setEncoding('utf8')) {
    body += chunk;
  }
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://server.invalid');
  return {
    route: `${message.method} ${pathname}`,
    query: searchParams,
    headers: message.headers,
    body,
    form: new URLSearchParams(body),
  };
}

function replySecrets(reply: Reply): readonly string[] {
  if (reply.kind !== 'complete') {
    return [];
  }
  const { location } = reply.headers;
  try {
    return fieldSecrets(JSON.parse(reply.body));
  } catch {
    return location === undefined ? [] : querySecrets(location);
  }
}
