import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { AuthError } from '../../core/errors.ts';
import { endpointEventIn } from './endpointEvent.ts';
import type { Destination } from './endpoints.ts';
import { requestHeaders, responseHeaders } from './forwardedHeaders.ts';
import { GatewayClient } from './gatewayClient.ts';
import type { BodyKeeper, KeptBody } from './keptBody.ts';
import { noteFallback } from './noteFallback.ts';
import { passOn } from './passOn.ts';
import { refusalOf, refuse } from './refusal.ts';
import type { Upstream } from './upstream.ts';
import { isForClient, withheldAnswer } from './withheldAnswer.ts';

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
  const client = new GatewayClient(response);
  let body: KeptBody | undefined;
  try {
    const kept = ports.bodies.keep(request);
    body = kept instanceof Promise ? await kept : kept;
    const answer = await ask(exchange, { body, client, upstream: ports.upstream });
    relay(exchange, answer, ports);
  } catch (error) {
    if (!client.isGone) {
      const refusal = refusalOf(error);
      ports.onFailure(refusal);
      const { isOldTransport } = destination;
      refuse({ request, response, body: body?.rest ? undefined : body?.bytes, isOldTransport }, refusal);
    }
  } finally {
    body?.release();
  }
}

/** What is compressed cannot be read. */
const uncompressed = { 'accept-encoding': 'identity' };

interface Asking {
  readonly body: KeptBody;
  readonly client: GatewayClient;
  readonly upstream: Upstream;
}

/** Asks until the credential is content with the answer. Lets nothing through that the client must not see. */
async function ask({ request, destination }: Exchange, asking: Asking): Promise<IncomingMessage> {
  const { body, client, upstream } = asking;
  const { endpoint, url, endpointEvent } = destination;
  const method = request.method ?? 'GET';
  const found = endpoint.route.credential(client);
  const credential = found instanceof Promise ? await found : found;
  for (;;) {
    const made = credential.headers({ method, url });
    const given: Readonly<Record<string, string>> = made instanceof Promise ? await made : made;
    const headers = requestHeaders(
      request.headers,
      endpointEvent === 'no' ? given : { ...given, ...uncompressed },
    );
    client.throwIfGone();
    const answer = await upstream.ask(url, { method, headers, body, client });
    const status = answer.statusCode ?? 0;
    try {
      const renewed = credential.renew({ method, url, status, headers: credentialHeaders(answer) });
      const isAgain = renewed instanceof Promise ? await renewed : renewed;
      if (!isAgain) {
        if (isForClient(status)) {
          return answer;
        }
        throw await withheldAnswer(answer, url);
      }
      if (body.rest) {
        throw new AuthError(
          'server_error',
          `${url.host} wanted another credential, which it can have now. The request is too long to be sent again by MCP Auth: repeat it.`,
        );
      }
    } catch (error) {
      answer.destroy();
      throw error;
    }
    answer.destroy();
  }
}

/** What of an answer is about the credential. */
function credentialHeaders({ headers }: IncomingMessage): Headers | undefined {
  if (headers['www-authenticate'] === undefined && headers['dpop-nonce'] === undefined) {
    return undefined;
  }
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
  const rewriting = endpointEventIn(destination, answer);
  if (rewriting === undefined) {
    response.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers));
    passOn(answer, response);
    return;
  }
  const { 'content-length': _length, ...headers } = answer.headers;
  response.writeHead(200, responseHeaders(headers)).flushHeaders();
  pipeline(answer, rewriting, response, (error) => {
    if (error instanceof AuthError) {
      ports.onFailure(error);
    }
  });
}
