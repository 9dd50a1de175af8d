import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from './demo/listener.ts';
import type { SessionChanges } from './sampleSession.ts';

/** What was asked of the token or revocation endpoint. */
export interface TokenRequest {
  readonly path: string;
  readonly form: URLSearchParams;
}

/** What it answers; `'reset'` cuts the connection. */
export type TokenAnswer = 'reset' | { readonly status: number; readonly body: string };

/** Decides an answer, now or later. */
export type TokenScript = (request: TokenRequest) => TokenAnswer | Promise<TokenAnswer>;

/** The endpoints of an authorization server that does as it is told. */
export interface TokenEndpoint {
  /** Metadata that leads here, for a session. */
  readonly authorizationServer: NonNullable<SessionChanges['authorizationServer']>;
  /** Everything asked so far, in order. */
  readonly requests: readonly TokenRequest[];
  /** Changes how requests are answered from now on. Before the first call every request is unexpected. */
  script(next: TokenScript): void;
  close(): Promise<void>;
}

/** A token response with these fields. */
export function granted(fields: object): TokenAnswer {
  return { status: 200, body: JSON.stringify({ token_type: 'Bearer', expires_in: 3600, ...fields }) };
}

/** An error response of RFC 6749, section 5.2. */
export function refused(error: string, status = 400): TokenAnswer {
  return { status, body: JSON.stringify({ error }) };
}

/** Starts the endpoints on a port of their own. */
export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const { server, origin, close } = await listen('127.0.0.1', 0);
  const requests: TokenRequest[] = [];
  let script: TokenScript = ({ path }) => {
    throw new Error(`unexpected request to ${path}`);
  };
  server.on('request', async (message, response) => {
    const request = await receive(message);
    requests.push(request);
    const answer = await script(request);
    if (answer === 'reset') {
      response.socket?.resetAndDestroy();
    } else {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    }
  });
  return {
    authorizationServer: {
      issuer: origin,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/revoke`,
    },
    requests,
    script: (next) => {
      script = next;
    },
    close,
  };
}

async function receive(message: IncomingMessage): Promise<TokenRequest> {
  return { path: message.url ?? '', form: new URLSearchParams(await text(message)) };
}
