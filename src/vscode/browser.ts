import { env, UIKind, Uri } from 'vscode';
import type { Browser } from '../core/oauth/authentication.ts';
import { openStartPage } from '../node/startPage.ts';
import { externalAddress } from './externalAddress.ts';

/** Hosts that VS Code takes for a port to forward, and whose URLs it rewrites, in remote and web windows. */
const forwardedHosts = new Set(['localhost', '127.0.0.1', '0.0.0.0', '[::1]']);

/** The person's browser, wherever their VS Code is. What it is given arrives byte for byte. */
export const externalBrowser: Browser = {
  async open(url, signal) {
    const isLocalWindow = env.remoteName === undefined && env.uiKind === UIKind.Desktop;
    return isLocalWindow || !forwardedHosts.has(url.hostname)
      ? await openUnchanged(url.href)
      : await openThroughStartPage(url, signal);
  },
};

/**
 * `openExternal` decodes and re-encodes a `Uri`, which damages a redirect URI that has a query of its own; a
 * string it leaves alone, although its typings do not say so.
 */
async function openUnchanged(url: string): Promise<boolean> {
  return await env.openExternal(url as unknown as Uri);
}

async function openThroughStartPage(url: URL, signal: AbortSignal): Promise<boolean> {
  if (env.uiKind === UIKind.Desktop) {
    // The authorization server is on the remote machine: this asks VS Code to forward its port as well.
    await env.asExternalUri(Uri.parse(url.origin));
  }
  const page = await openStartPage(url, signal);
  const isOpen = await env.openExternal(await externalAddress(page.url));
  if (!isOpen) {
    page.dispose();
  }
  return isOpen;
}
