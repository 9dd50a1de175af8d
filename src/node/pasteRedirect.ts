import type { Disposable } from '../core/disposable.ts';
import type { Log } from '../core/log.ts';
import type { DeliverResponse } from '../core/oauth/authorizationResponses.ts';
import { parseRedirectQuery } from '../core/oauth/parseRedirectQuery.ts';
import type { RedirectReceiver } from '../core/oauth/redirect.ts';
import { listenAtLoopback } from './loopbackServer.ts';

/** A port to name where none can be had: any will do, since the browser is not expected to get through. */
const namedPort = 33_418;

/**
 * Redirect URIs for the person to copy from their browser. They are listened at all the same: where that browser
 * turns out to be on this machine, nothing has to be pasted. A port that somebody else has is named regardless.
 */
export function createPasteRedirect(deliver: DeliverResponse, log: Log): RedirectReceiver {
  const onResponse = (query: string) => deliver(parseRedirectQuery(query, 'encoded'));
  return {
    async open({ fixed, preferred }) {
      const wanted = fixed ?? preferred ?? 0;
      try {
        const server = await listenAtLoopback(wanted, onResponse);
        const { port } = server;
        return { redirectUri: callback(port), localPort: port, dispose: () => server.dispose() };
      } catch (error) {
        log.debug('Nothing can listen for the redirect, which has to be pasted', { reason: error });
        return { redirectUri: callback(wanted || namedPort), dispose: () => undefined };
      }
    },
    async reopen({ localPort }) {
      return localPort === undefined ? nothing : await listenAtLoopback(localPort, onResponse);
    },
  };
}

const nothing: Disposable = { dispose: () => undefined };

function callback(port: number): string {
  return `http://localhost:${port}/callback`;
}
