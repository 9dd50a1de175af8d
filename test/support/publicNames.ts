import type { Fetch } from '../../src/core/oauth/oauthFetch.ts';

/** A network in which in-process servers have public names. */
export interface PublicNames {
  readonly fetch: Fetch;
  /** Every URL that a request was sent to, in order: what a firewall would see. */
  readonly sent: readonly string[];
  /** For authorization servers that redirect at once, as nobody has to be asked. */
  followRedirect(url: URL): Promise<URL>;
}

/**
 * Makes servers of this machine known by other origins, in both directions: what they write of themselves is
 * rewritten. Any other host is unexpected, whatever it is.
 *
 * @param names local origins by public ones
 */
export function publicNames(names: Readonly<Record<string, string>>): PublicNames {
  const sent: string[] = [];
  const rewritten = (text: string) =>
    Object.entries(names).reduce(
      (result, [name, local]) =>
        result.replaceAll(local, name).replaceAll(encodeURIComponent(local), encodeURIComponent(name)),
      text,
    );
  const localUrl = (url: URL): URL => {
    const local = names[url.origin];
    if (local === undefined) {
      throw new Error(`unexpected request to ${url}`);
    }
    return new URL(url.pathname + url.search, local);
  };
  return {
    sent,
    followRedirect: async (url) => {
      const response = await fetch(localUrl(url), { redirect: 'manual' });
      return new URL(rewritten(response.headers.get('location') ?? ''));
    },
    fetch: async (url, init) => {
      sent.push(url);
      const response = await fetch(localUrl(new URL(url)), init);
      const headers = [...response.headers]
        .filter(([name]) => name !== 'content-length')
        .map(([name, value]): [string, string] => [name, rewritten(value)]);
      return new Response(rewritten(await response.text()), { status: response.status, headers });
    },
  };
}
