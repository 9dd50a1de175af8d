import { env, UIKind } from 'vscode';
import { AuthError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { DeliverResponse } from '../core/oauth/authorizationResponses.ts';
import { parseRedirectQuery } from '../core/oauth/parseRedirectQuery.ts';
import type { RedirectReceiver } from '../core/oauth/redirect.ts';
import { type LoopbackServer, listenAtLoopback } from '../node/loopbackServer.ts';
import { externalAddress } from './externalAddress.ts';

/** Redirect URIs of the form `http://localhost:<port>/callback`, forwarded to the browser's side where VS Code can. */
export function createLoopbackRedirect(deliver: DeliverResponse, log: Log): RedirectReceiver {
  const onResponse = (query: string) => deliver(parseRedirectQuery(query, 'encoded'));

  async function listen(fixed: number | undefined, preferred: number | undefined): Promise<LoopbackServer> {
    try {
      return await listenAtLoopback(fixed ?? preferred ?? 0, onResponse);
    } catch (error) {
      if (fixed !== undefined) {
        const sentence = `Port ${fixed}, which this server's client is registered for, is in use by another program.`;
        throw new AuthError('redirect_unavailable', sentence, { cause: error });
      }
      log.debug('The port of the last sign-in is in use', { reason: error });
      return await listenAtLoopback(0, onResponse);
    }
  }

  return {
    async open({ fixed, preferred }) {
      const server = await listen(fixed, preferred);
      const redirectUri = await reachableUri(server.port, fixed).catch((error: unknown) => {
        server.dispose();
        throw error;
      });
      return { redirectUri, localPort: server.port, dispose: () => server.dispose() };
    },
    async reopen({ redirectUri, localPort }) {
      if (localPort === undefined) {
        throw new AuthError('redirect_unavailable', 'It is not known which port that was.');
      }
      const server = await listenAtLoopback(localPort, onResponse);
      // Forwards the port anew, where that takes something.
      const fixed = redirectUri === localUri(localPort) ? localPort : undefined;
      const reachable = await reachableUri(localPort, fixed).catch(() => undefined);
      if (reachable !== redirectUri) {
        server.dispose();
        throw new AuthError('redirect_unavailable', 'The port is forwarded from another one by now.');
      }
      return server;
    },
  };
}

/** The address by which the person's browser reaches a port of this machine. */
async function reachableUri(port: number, fixed: number | undefined): Promise<string> {
  const local = localUri(port);
  const isWeb = env.uiKind === UIKind.Web;
  if (env.remoteName === undefined || (isWeb && fixed !== undefined)) {
    // A browser-hosted window cannot give a fixed address; where the browser is on this machine, none is needed.
    return local;
  }
  const forwarded = (await externalAddress(local)).toString(true);
  if (fixed !== undefined && forwarded !== local) {
    throw new AuthError(
      'redirect_unavailable',
      `Port ${fixed}, which this server's client is registered for, is in use on the machine of your browser.`,
    );
  }
  return forwarded;
}

function localUri(port: number): string {
  return `http://localhost:${port}/callback`;
}
