interface Cookie {
  readonly host: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
}

/** A browser's cookies: kept per host (ports do not count) and path, deleted when they expire at once. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  store(url: URL, response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/; */);
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      const path = /^path=(.*)$/im.exec(attributes.join('\n'))?.[1] ?? '/';
      const expires = /^expires=(.*)$/im.exec(attributes.join('\n'))?.[1];
      const key = JSON.stringify([url.hostname, path, name]);
      if (expires !== undefined && Date.parse(expires) <= Date.now()) this.#cookies.delete(key);
      else this.#cookies.set(key, { host: url.hostname, path, name, value });
    }
  }

  header(url: URL): string {
    return [...this.#cookies.values()]
      .filter(({ host, path }) => host === url.hostname && url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}
