import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Listener, listen } from '../../test/support/demo/listener.ts';
import { missing, type Reply, send } from '../../test/support/reply.ts';
import { now } from '../now.ts';
import type { RequestSpan } from '../series.ts';
import { type Answer, authorizationRoutes } from './authorizationRoutes.ts';
import { Issued } from './issued.ts';
import { resourceRoutes } from './resourceRoutes.ts';

/** An MCP server that wants a token, at one origin, and the authorization server that issues it, at another. */
export interface BenchServer {
  readonly mcpUrl: string;
  /** Answers `GET /` with nothing and is in no log: for clients to warm up with. */
  readonly warmUpUrl: string;
  /**
   * Every request since the last {@link clear}, but the browser's to `GET /authorize`; one that is not answered
   * yet ends now.
   */
  readonly spans: readonly RequestSpan[];
  /** Every code and token given out so far. */
  readonly secrets: ReadonlySet<string>;
  clear(): void;
  /** Ends every session: access tokens, refresh tokens and codes are no good any more. Clients stay known. */
  revokeEverything(): void;
  close(): Promise<void>;
}

/**
 * Starts one on free ports.
 *
 * @param hold when to answer a request, by its route: after a time, or when something has happened
 */
export async function startBenchServer(hold: (route: string) => Promise<void>): Promise<BenchServer> {
  const [resource, authorization, warmUp] = await Promise.all(
    [0, 0, 0].map((port) => listen('127.0.0.1', port)),
  );
  if (!resource || !authorization || !warmUp) {
    throw new Error('A listener is missing.');
  }
  const requests: { readonly route: string; readonly startedAt: number; endedAt?: number }[] = [];
  const issued = new Issued();
  const mcpUrl = `${resource.origin}/mcp`;
  const serve = async (routes: Routes, message: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(message.url ?? '/', 'http://server.invalid');
    const route = `${message.method} ${pathname}`;
    const request: (typeof requests)[number] = { route, startedAt: now() };
    if (route !== 'GET /authorize') {
      requests.push(request);
    }
    const [body] = await Promise.all([text(message), hold(route)]);
    const answer = routes.get(route) ?? missing;
    const reply =
      typeof answer === 'function' ? answer({ body, query: searchParams, headers: message.headers }) : answer;
    // Before the client can see the answer, and begin what it does next.
    request.endedAt = now();
    send(reply, response);
  };
  const mount = ({ server }: Listener, routes: Routes) =>
    server.on('request', (message, response) => {
      serve(routes, message, response).catch((error: unknown) => response.destroy(error as Error));
    });
  mount(resource, resourceRoutes({ origin: resource.origin, mcpUrl, issuer: authorization.origin, issued }));
  mount(authorization, authorizationRoutes({ issuer: authorization.origin, resource: mcpUrl, issued }));
  warmUp.server.on('request', (_message, response) => response.end());
  return {
    mcpUrl,
    warmUpUrl: warmUp.origin,
    get spans() {
      return requests.map(({ endedAt = now(), ...request }) => ({ ...request, endedAt }));
    },
    secrets: issued.secrets,
    clear: () => {
      requests.length = 0;
    },
    revokeEverything: () => issued.revokeEverything(),
    close: async () => {
      await Promise.all([resource.close(), authorization.close(), warmUp.close()]);
    },
  };
}

/** Answers by method and path. */
type Routes = ReadonlyMap<string, Answer | Reply>;

async function text(message: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of message.setEncoding('utf8')) {
    body += chunk;
  }
  return body;
}
