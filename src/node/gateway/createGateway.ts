import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../../core/log.ts';
import type { Redactor } from '../../core/redaction.ts';
import { listen } from '../listen.ts';
import { Endpoints, endpointPath } from './endpoints.ts';
import { forward } from './forward.ts';
import type { Gateway } from './gateway.ts';
import { type GatewayLimits, gatewayLimits } from './gatewayLimits.ts';
import { BodyKeeper } from './keptBody.ts';
import { refuseForNow } from './refusal.ts';
import { Upstream } from './upstream.ts';

/** What a gateway needs. */
export interface GatewayPorts {
  readonly log: Log;
  /** Is taught the paths of the endpoints. */
  readonly redactor: Redactor;
  readonly limits?: Partial<GatewayLimits> | undefined;
}

/** A gateway without endpoints, which listens to nothing yet. */
export function createGateway({ log, redactor, limits: wanted }: GatewayPorts): Gateway {
  const limits = { ...gatewayLimits, ...wanted };
  const endpoints = new Endpoints();
  const upstream = new Upstream();
  const bodies = new BodyKeeper(limits);
  let listening: Promise<Listening> | undefined;
  let openCount = 0;

  const answer = (request: IncomingMessage, response: ServerResponse, hosts: ReadonlySet<string>) => {
    const status = objection(request, hosts, limits);
    if (status !== undefined) {
      end(response, status);
      return;
    }
    const destination = endpoints.find(request);
    if (destination === undefined) {
      end(response, 404);
      return;
    }
    if (!methods.has(request.method ?? '')) {
      response.setHeader('allow', [...methods].join(', '));
      end(response, 405);
      return;
    }
    const { open, route } = destination.endpoint;
    if (open.size >= limits.requestsPerRoute) {
      refuseForNow(response, 'Too many requests to this server at one time.');
      return;
    }
    if (openCount >= limits.requests) {
      refuseForNow(response, 'Too many requests at one time.');
      return;
    }
    openCount++;
    const opened = open.add(response);
    response.on('close', () => {
      openCount--;
      open.remove(opened);
    });
    const onFailure = (reason: unknown) =>
      log.warn('A request through the gateway has failed', { server: route.serverName, reason });
    void forward({ request, response, destination }, { upstream, bodies, onFailure });
  };

  const close = (id: string) => endpoints.remove(id)?.open.destroy();

  return {
    async open(id, route) {
      listening ??= startListening(answer, limits).catch((error: unknown) => {
        listening = undefined;
        throw error;
      });
      const { port } = await listening;
      const endpoint = endpoints.put(id, route);
      redactor.learn(endpoint.key);
      return new URL(endpointPath(endpoint), `http://127.0.0.1:${port}`);
    },
    close,
    dispose() {
      for (const id of endpoints.ids) {
        close(id);
      }
      void listening?.then(
        ({ server }) => {
          server.close();
          server.closeAllConnections();
        },
        () => undefined,
      );
      upstream.dispose();
    },
  };
}

const methods: ReadonlySet<string> = new Set(['DELETE', 'GET', 'POST']);

interface Listening {
  readonly server: Server;
  readonly port: number;
}

type Answer = (request: IncomingMessage, response: ServerResponse, hosts: ReadonlySet<string>) => void;

async function startListening(answer: Answer, limits: GatewayLimits): Promise<Listening> {
  const { headerSize, headersTimeout, requestTimeout, connections } = limits;
  let hosts: ReadonlySet<string> = new Set();
  const server = createServer(
    {
      maxHeaderSize: headerSize,
      headersTimeout,
      requestTimeout,
      connectionsCheckingInterval: Math.min(headersTimeout, 5000),
    },
    (request, response) => answer(request, response, hosts),
  );
  server.maxConnections = connections;
  const port = await listen(server, 0, '127.0.0.1');
  hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  return { server, port };
}

/**
 * Why a request is not even looked at: a name that was bent to lead here (DNS rebinding), a page in a browser, which
 * says where it is from, or headers without end.
 */
function objection(
  { headers, rawHeaders }: IncomingMessage,
  hosts: ReadonlySet<string>,
  { headerCount }: GatewayLimits,
): number | undefined {
  if (rawHeaders.length > 2 * headerCount) {
    return 431;
  }
  return headers.origin !== undefined || !hosts.has(headers.host ?? '') ? 403 : undefined;
}

/** Nothing of such a connection is used again: what follows may belong to a body that nobody reads. */
function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close', 'content-length': 0 }).end();
}
