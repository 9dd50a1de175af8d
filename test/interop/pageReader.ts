import type { BrowserScript } from '../support/authenticationPorts.ts';

/** A browser in front of somebody who reads pages that lead nowhere, and does nothing then. */
export interface PageReader {
  readonly browser: BrowserScript;
  /** What stood on the pages, in order. */
  readonly pages: readonly string[];
}

/** Follows the redirect of an authorization server, or shows its page. */
export function createPageReader(): PageReader {
  const pages: string[] = [];
  const browser: BrowserScript = async (url) => {
    const response = await fetch(url, { redirect: 'manual' });
    if (response.headers.has('location')) {
      return new URL(response.headers.get('location') ?? '');
    }
    pages.push(await response.text());
    return true;
  };
  return { browser, pages };
}
