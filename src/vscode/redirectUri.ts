import { env, UIKind, Uri, type UriHandler } from 'vscode';
import { AuthError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { DeliverResponse } from '../core/oauth/authorizationResponses.ts';
import { makeAgain } from '../core/oauth/numberedRedirect.ts';
import { parseRedirectQuery } from '../core/oauth/parseRedirectQuery.ts';
import type { RedirectReceiver } from '../core/oauth/redirect.ts';

const callbackPath = '/callback';

/**
 * The redirect URI that is the same in all windows of this editor, for a document that names it: it reaches the
 * window that was used last. A browser-hosted editor has none.
 */
export function publishedRedirectUri(extensionId: string): string | undefined {
  return env.uiKind === UIKind.Desktop ? `${env.uriScheme}://${extensionId}${callbackPath}` : undefined;
}

/** Redirect URIs that come back to this window's URI handler: made anew each time, never altered. */
export function createUriHandlerRedirect(extensionId: string): RedirectReceiver {
  return {
    async open({ isPublished }) {
      const published = publishedRedirectUri(extensionId);
      if (isPublished && published !== undefined) {
        return { redirectUri: published, dispose: () => undefined };
      }
      // The handler is there for as long as the extension is.
      return { redirectUri: await externalCallback(extensionId), dispose: () => undefined };
    },
    async reopen({ redirectUri }) {
      // On the desktop it reaches some window, whichever that is.
      if (env.uiKind === UIKind.Web && !(await makeAgain(redirectUri, () => externalCallback(extensionId)))) {
        throw new AuthError('redirect_unavailable', 'This page has made other redirect URIs already.');
      }
      return { dispose: () => undefined };
    },
  };
}

async function externalCallback(extensionId: string): Promise<string> {
  const callback = Uri.parse(`${env.uriScheme}://${extensionId}${callbackPath}`);
  // Skips encoding: the query of the result is encoded already.
  return (await env.asExternalUri(callback)).toString(true);
}

/** Receives what browsers bring back to `<scheme>://<extension id>/callback`. */
export function createUriHandler(deliver: DeliverResponse, log: Log): UriHandler {
  return {
    handleUri({ path, query }) {
      if (path !== callbackPath) {
        log.warn('Ignored a URI that is no authorization response', { path });
        return;
      }
      // The web build hands over the query as it was sent; the desktop decodes it first.
      void deliver(parseRedirectQuery(query, env.uiKind === UIKind.Web ? 'encoded' : 'decoded'));
    },
  };
}
