import assert from 'node:assert/strict';
import http, { type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import type { AppliedCredential } from '../../src/core/connection/appliedCredential.ts';
import { createRequestCredentials } from '../../src/core/handover/createRequestCredentials.ts';
import type { RequestCredential, Waiting } from '../../src/core/handover/requestCredential.ts';
import { rememberProofs } from '../../src/core/oauth/rememberedProofs.ts';
import { SessionRefresher } from '../../src/core/session/refresh.ts';
import { createGateway } from '../../src/node/gateway/createGateway.ts';
import type { Gateway, GatewayRoute } from '../../src/node/gateway/gateway.ts';
import type { GatewayLimits } from '../../src/node/gateway/gatewayLimits.ts';
import { type Cleanup, createCleanup } from './cleanup.ts';
import { type Listener, listen } from './demo/listener.ts';
import { type RecordedLog, recordLog } from './recordedLog.ts';

/** What the servers behind the gateway want to see. */
export const upstreamSecret = 'credential-for-upstream-1';

/** An answer, its body complete. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request to the gateway, header by header as it is given. */
export interface GatewayQuestion {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** A gateway and servers behind it, for one test each. */
export interface GatewaySuite extends RecordedLog {
  readonly gateway: Gateway;
  readonly defer: Cleanup['defer'];
  /** Another gateway, with limits of its own. */
  limited(limits: Partial<GatewayLimits>): Gateway;
  /** A server that answers so. */
  server(onRequest: RequestListener): Promise<Listener>;
  /** An endpoint for a server, with a fixed header unless the route has something else. */
  open(url: string | URL, route?: Partial<GatewayRoute>): Promise<URL>;
}

/** Call it in a `describe`. After each test it asserts that the log holds neither a credential nor an endpoint. */
export function gatewaySuite(): GatewaySuite {
  let cleanup = createCleanup();
  let recorded = recordLog();
  let gateway: Gateway | undefined;
  const keys: string[] = [];

  afterEach(async () => {
    const { lines } = recorded;
    await cleanup.run();
    cleanup = createCleanup();
    recorded = recordLog();
    gateway = undefined;
    for (const secret of [upstreamSecret, ...keys.splice(0)]) {
      assert.ok(!lines.some((line) => line.includes(secret)), `the log holds ${secret}`);
    }
  });

  const create = (limits: Partial<GatewayLimits> = {}) => {
    const created = createGateway({ ...recorded, limits });
    cleanup.defer(() => created.dispose());
    return created;
  };
  return {
    get gateway() {
      gateway ??= create();
      return gateway;
    },
    get log() {
      return recorded.log;
    },
    get redactor() {
      return recorded.redactor;
    },
    get lines() {
      return recorded.lines;
    },
    defer: (undo) => cleanup.defer(undo),
    limited(limits) {
      gateway = create(limits);
      return gateway;
    },
    async server(onRequest) {
      const listener = await listen('127.0.0.1', 0);
      cleanup.defer(listener.close);
      listener.server.on('request', onRequest);
      return listener;
    },
    async open(url, route = {}) {
      const target = new URL(url);
      const endpoint = await this.gateway.open('a', {
        serverName: 'a server',
        url: target,
        transport: 'http',
        credential: (client) => headerCredential(target, client),
        ...route,
      });
      keys.push(endpoint.pathname.slice(1, 44));
      return endpoint;
    },
  };
}

/** The credential of a server that takes a fixed header. */
export function headerCredential(
  url: URL,
  client: Waiting,
  credential: AppliedCredential = {
    kind: 'header',
    headers: { Authorization: `Bearer ${upstreamSecret}` },
  },
): RequestCredential {
  return createRequestCredentials(url, credential, { refresher: noSessions, proofs: rememberProofs() })(
    client,
  );
}

/** Throws whatever it is asked. */
const noSessions = new SessionRefresher(
  new Proxy({} as ConstructorParameters<typeof SessionRefresher>[0], {
    get: (_target, name) => {
      throw new Error(`unexpected: ${String(name)}`);
    },
  }),
);

/** Begins a request; the answer's body is unread. */
export function begin(
  url: URL,
  { method = 'POST', headers = {}, body }: GatewayQuestion = {},
): { readonly request: http.ClientRequest; readonly answer: Promise<IncomingMessage> } {
  const request = http.request(url, { method, headers, agent: false });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).on('error', reject);
  });
  answer.catch(() => undefined);
  request.end(body);
  return { request, answer };
}

/** Sends a request, and waits for the whole answer. */
export async function ask(url: URL, question: GatewayQuestion = {}): Promise<GatewayAnswer> {
  const answer = await begin(url, question).answer;
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await bodyOf(answer) };
}

/** All of a body. */
export async function bodyOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) {
    text += chunk;
  }
  return text;
}
