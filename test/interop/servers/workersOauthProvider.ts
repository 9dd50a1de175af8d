import type { AuthRequest, OAuthHelpers, OAuthResourceContext } from '@cloudflare/workers-oauth-provider';
import { fieldSecrets } from '../../support/demo/secrets.ts';
import { answerMcp, isWriting } from '../mcpEndpoint.ts';
import type { Origin } from '../origin.ts';
import { importForWorkers, MemoryKv, webHandler } from './workersRuntime.ts';

/** What the runtime hands to a Worker. */
interface Environment {
  readonly OAUTH_KV: MemoryKv;
  /** The library's own addition. */
  readonly OAUTH_PROVIDER?: OAuthHelpers;
}

/** One Worker that is authorization server and MCP server at once, and asks nobody. @returns the MCP server's URL */
export async function serveWorkersOauthProvider(origin: Origin): Promise<string> {
  const { OAuthProvider, insufficientScope } = await importForWorkers(
    () => import('@cloudflare/workers-oauth-provider'),
  );
  const { url, app, journal } = origin;
  const mcpUrl = `${url}/mcp`;
  const provider = new OAuthProvider<Environment>({
    apiRoute: '/mcp',
    apiHandler: {
      fetch: async (request: Request, _env: Environment, { auth }: OAuthResourceContext<unknown>) =>
        isWriting(await bodyOf(request)) && !auth.scope.includes('write')
          ? insufficientScope(auth, ['read', 'write'])
          : await answerMcp(request),
    },
    defaultHandler: {
      fetch: async (request: Request, { OAUTH_PROVIDER: helpers }: Environment) =>
        helpers !== undefined && new URL(request.url).pathname === '/authorize'
          ? Response.redirect(await allow(await helpers.parseAuthRequest(request), helpers), 302)
          : new Response('Not found', { status: 404 }),
    },
    authorizeEndpoint: '/authorize',
    tokenEndpoint: '/token',
    clientRegistrationEndpoint: '/register',
    scopesSupported: ['read', 'write'],
    resourceMetadata: { resource: mcpUrl, authorization_servers: [url] },
    requiredScopes: ['read'],
    // Else it warns of every refusal on the console.
    onError: () => undefined,
  });
  const env: Environment = { OAUTH_KV: new MemoryKv() };
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
  app.use(
    webHandler(url, async (request) => {
      const response: Response = await provider.fetch(request, env, context);
      journal.addSecrets(fieldSecrets(await bodyOf(response)));
      return response;
    }),
  );
  return mcpUrl;
}

async function allow(request: AuthRequest, helpers: OAuthHelpers): Promise<string> {
  const { redirectTo } = await helpers.completeAuthorization({
    request,
    userId: 'ada',
    metadata: {},
    scope: request.scope,
    props: {},
  });
  return redirectTo;
}

/** A JSON body, which stays readable; `undefined` where it is none. */
async function bodyOf(message: Request | Response): Promise<unknown> {
  try {
    return await message.clone().json();
  } catch {
    return undefined;
  }
}
