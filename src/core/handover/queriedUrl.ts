import { canonicalServerUrl } from '../serverUrl.ts';

/** Scheme, authority and path as they are written. */
const shape = /^(https?|wss?):\/\/([^/?#]+)([^?#]*)/i;

/** What parsers of URLs take differently, or leave out. */
const ambiguous = /[\\\s\p{C}]/u;

/** Segments that disappear when a URL is parsed. */
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * The canonical URL that a program means. One that leads somewhere only by the rules of one parser is none: the program
 * that sends the credential may have another parser. What may differ from the canonical URL is case of scheme and host,
 * the default port, slashes at the end and a fragment.
 *
 * @param text attacker-controlled
 * @returns nothing for what is no such URL
 */
export function queriedUrl(text: string): string | undefined {
  const [, , authority = '', path = ''] = shape.exec(text) ?? [];
  if (ambiguous.test(text) || dotSegment.test(path) || !URL.canParse(text)) {
    return undefined;
  }
  const url = new URL(text);
  return isWrittenOut(authority, url) ? canonicalServerUrl(url) : undefined;
}

/** A name in another script than ASCII has one other way to be written; everything else has to be as it is parsed. */
function isWrittenOut(authority: string, url: URL): boolean {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  const isPortPlain = port === undefined || url.port === '' || Number(port) === Number(url.port);
  const isInternational = /^[\p{L}\p{M}\p{N}.-]+$/u.test(host) && /[^\p{ASCII}]/u.test(host);
  return isPortPlain && (isInternational || host.toLowerCase() === url.hostname);
}
