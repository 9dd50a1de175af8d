import { env, UIKind, Uri, type UriHandler } from 'vscode';
import type { Log } from '../core/log.ts';
import { parseRedirectQuery } from '../core/oauth/parseRedirectQuery.ts';
import type { PendingAuthorizations } from '../core/oauth/pendingAuthorizations.ts';
import type { RedirectReceiver } from '../core/oauth/redirect.ts';

const callbackPath = '/callback';

/** Redirect URIs that come back to this window's URI handler: made anew each time, never altered. */
export function createUriHandlerRedirect(extensionId: string): RedirectReceiver {
  return {
    async open() {
      const callback = Uri.parse(`${env.uriScheme}://${extensionId}${callbackPath}`);
      // Skips encoding: the query of the result is encoded already.
      const redirectUri = (await env.asExternalUri(callback)).toString(true);
      // The handler is there for as long as the extension is.
      return { redirectUri, dispose: () => undefined };
    },
  };
}

/** Receives what browsers bring back to `<scheme>://<extension id>/callback`. */
export function createUriHandler(pending: PendingAuthorizations, log: Log): UriHandler {
  return {
    handleUri({ path, query }) {
      if (path !== callbackPath) {
        log.warn('Ignored a URI that is no authorization response', { path });
        return;
      }
      // The web build hands over the query as it was sent; the desktop decodes it first.
      pending.deliver(parseRedirectQuery(query, env.uiKind === UIKind.Web ? 'encoded' : 'decoded'));
    },
  };
}
