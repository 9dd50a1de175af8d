import { AuthError } from '../errors.ts';
import { quote } from '../quote.ts';

/** The characters of a header's name (RFC 9110, section 5.6.2). */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

/** What belongs to the connection and not to the request: `fetch` fails on these, or hangs. */
const ofConnection = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

const shownName = 64;

/**
 * Reads what a `headersHelper` has printed: a JSON object of strings, by header name, as Claude Code wants it
 * (mcp-json-facts §1.4). `{}` is good, and means no headers.
 *
 * @param stdout holds secrets; no error quotes it, not even as a cause
 * @throws AuthError `helper_failed`
 */
export function parseHelperOutput(stdout: string): Readonly<Record<string, string>> {
  const text = stdout.trim();
  if (text === '') {
    throw failed('The helper printed nothing. It has to print a JSON object of headers.');
  }
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw failed('The helper printed JSON that is not an object of headers.');
  }
  return Object.freeze(Object.fromEntries(Object.entries(value).map(readHeader)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error quotes the text.
    throw failed('The helper printed something that is not JSON.');
  }
}

function readHeader([name, value]: readonly [string, unknown]): readonly [string, string] {
  if (!token.test(name)) {
    throw failed('The helper printed a header whose name cannot be sent.');
  }
  const header = name.length > shownName ? 'A header' : `Header ${quote(name)}`;
  if (ofConnection.has(name.toLowerCase())) {
    throw failed(`${header} from the helper is not for a helper to set.`);
  }
  if (typeof value !== 'string') {
    throw failed(`${header} from the helper is not a string.`);
  }
  const sent = asSent(name, value);
  if (sent === undefined) {
    throw failed(`${header} from the helper has a value that cannot be sent.`);
  }
  return [name, sent];
}

/** Without white space around it, as `fetch` sends it; `undefined` where it would refuse. */
function asSent(name: string, value: string): string | undefined {
  try {
    return new Headers([[name, value]]).get(name) ?? undefined;
  } catch {
    return undefined;
  }
}

function failed(sentence: string): AuthError {
  return new AuthError('helper_failed', sentence);
}
