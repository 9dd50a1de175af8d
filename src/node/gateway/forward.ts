import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { AuthError } from '../../core/errors.ts';
import type { RequestCredential } from '../../core/handover/requestCredential.ts';
import { endpointEventIn } from './endpointEvent.ts';
import type { Destination } from './endpoints.ts';
import { forbiddenAnswer } from './forbiddenAnswer.ts';
import { requestHeaders, responseHeaders } from './forwardedHeaders.ts';
import type { BodyKeeper, KeptBody } from './keptBody.ts';
import { noteFallback } from './noteFallback.ts';
import { refusalOf, refuse } from './refusal.ts';
import type { Upstream } from './upstream.ts';

/** A request that the gateway has let in. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly destination: Destination;
}

/** What forwarding needs. */
export interface ForwardPorts {
  readonly upstream: Upstream;
  readonly bodies: BodyKeeper;
  /** Told why a request was not forwarded, or its answer not passed on to the end. */
  readonly onFailure: (error: AuthError) => void;
}

/** Forwards one request with the credential of its server, and its answer as it comes. Never throws. */
export async function forward(exchange: Exchange, ports: ForwardPorts): Promise<void> {
  const { request, response, destination } = exchange;
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) {
      gone.abort();
    }
  });
  let body: KeptBody | undefined;
  try {
    body = await ports.bodies.keep(request);
    const answer = await ask(exchange, { body, signal: gone.signal, upstream: ports.upstream });
    relay(exchange, answer, ports);
  } catch (error) {
    if (!gone.signal.aborted) {
      const refusal = refusalOf(error);
      ports.onFailure(refusal);
      const { isOldTransport } = destination;
      refuse({ request, response, body: body?.rest ? undefined : body?.bytes, isOldTransport }, refusal);
    }
  } finally {
    body?.release();
  }
}

interface Asking {
  readonly body: KeptBody;
  readonly signal: AbortSignal;
  readonly upstream: Upstream;
}

/** Asks until the credential is content with the answer. */
async function ask({ request, destination }: Exchange, asking: Asking): Promise<IncomingMessage> {
  const { body, signal, upstream } = asking;
  const { endpoint, url, endpointEvent } = destination;
  const method = request.method ?? 'GET';
  const credential = await endpoint.route.credential(signal);
  for (;;) {
    const headers = requestHeaders(request.headers, await credential.headers({ method, url }));
    // What is compressed cannot be read.
    if (endpointEvent !== 'no') {
      headers['accept-encoding'] = 'identity';
    }
    signal.throwIfAborted();
    const answer = await upstream.ask(url, { method, headers, body, signal });
    if (!(await isRefused(answer, { method, url, credential }))) {
      return answer;
    }
    answer.destroy();
    if (body.rest) {
      throw new AuthError(
        'server_error',
        `${url.host} wanted another credential, which it can have now. The request is too long to be sent again by MCP Auth: repeat it.`,
      );
    }
  }
}

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly credential: RequestCredential;
}

/** Whether to ask again. Lets nothing through that the client must not see. */
async function isRefused(answer: IncomingMessage, { method, url, credential }: Asked): Promise<boolean> {
  const status = answer.statusCode ?? 0;
  try {
    if (await credential.renew({ method, url, status, headers: credentialHeaders(answer) })) {
      return true;
    }
    if (status >= 300 && status < 400 && status !== 304) {
      throw new AuthError(
        'invalid_response',
        `${url.host} redirects to another address, which MCP Auth does not follow with a credential. Configure the address itself.`,
      );
    }
    if (status === 401 || status === 403 || status === 407) {
      throw await forbiddenAnswer(answer, url);
    }
    return false;
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

/** What of an answer is about the credential. */
function credentialHeaders({ headers }: IncomingMessage): Headers {
  const told = new Headers();
  for (const name of ['www-authenticate', 'dpop-nonce', 'date'] as const) {
    const value = headers[name];
    if (typeof value === 'string') {
      told.set(name, value);
    }
  }
  return told;
}

/** Passes an answer on as it comes. When the client goes, the request ends, and with it the answer. */
function relay(
  { request, response, destination }: Exchange,
  answer: IncomingMessage,
  ports: ForwardPorts,
): void {
  noteFallback(destination, request, answer);
  const headers = responseHeaders(answer.headers);
  const rewriting = endpointEventIn(destination, answer);
  if (rewriting) {
    delete headers['content-length'];
    response.writeHead(200, headers).flushHeaders();
    pipeline(answer, rewriting, response, (error) => {
      if (error instanceof AuthError) {
        ports.onFailure(error);
      }
    });
    return;
  }
  response.writeHead(answer.statusCode ?? 502, headers);
  // Not by `pipeline`, which takes a quarter of the time of a small answer.
  answer.once('error', () => response.destroy()).pipe(response);
  // After what has come together with the headers, so that a short answer is one packet.
  setImmediate(() => {
    if (!response.writableEnded) {
      response.flushHeaders();
    }
  });
}
