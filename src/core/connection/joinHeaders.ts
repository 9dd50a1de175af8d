import { AuthError } from '../errors.ts';
import { quote } from '../quote.ts';

/**
 * Headers with further ones, which win. What the platform says of a header that it does not take holds the value, which
 * may be a secret, so that it is no cause.
 *
 * @throws AuthError `invalid_definition`
 */
export function joinHeaders(
  { host }: URL,
  given: RequestInit['headers'],
  added: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers(given);
  for (const [name, value] of Object.entries(added)) {
    try {
      headers.set(name, value);
    } catch {
      const sentence = `The header ${quote(name.slice(0, 100))} for ${host} has a name or a value that HTTP does not allow.`;
      throw new AuthError('invalid_definition', sentence);
    }
  }
  return headers;
}
