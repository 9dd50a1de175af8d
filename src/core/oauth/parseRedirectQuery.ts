/** Whether a query still is as the browser sent it, or was percent-decoded as a whole on its way. */
export type QueryEncoding = 'decoded' | 'encoded';

const lengthLimit = 16_384;

/**
 * Reads the query of a redirect URI. In a decoded one `+` and `%` stand for themselves, as they do in codes;
 * an `&` within a value is beyond recovery there. An oversized query reads as empty.
 *
 * @see RFC 6749, section 4.1.2
 */
export function parseRedirectQuery(query: string, encoding: QueryEncoding): URLSearchParams {
  if (query.length > lengthLimit) {
    return new URLSearchParams();
  }
  if (encoding === 'encoded') {
    return new URLSearchParams(query);
  }
  const parameters = new URLSearchParams();
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const separator = pair.indexOf('=');
    const [name, value] = separator < 0 ? [pair, ''] : [pair.slice(0, separator), pair.slice(separator + 1)];
    parameters.append(name, value);
  }
  return parameters;
}
