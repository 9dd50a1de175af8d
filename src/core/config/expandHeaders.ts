import { type Environment, expandVariables } from './expansion.ts';

/**
 * The headers of a definition with their variables expanded, but for `Authorization`: what is sent beside a credential.
 * One with a variable that is not set is left out. The values may hold secrets.
 */
export function expandHeaders(
  headers: Readonly<Record<string, string>>,
  environment: Environment,
): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    const { text, missing } = expandVariables(value, environment);
    return missing.length === 0 && name.toLowerCase() !== 'authorization' ? [[name, text] as const] : [];
  });
  return Object.fromEntries(entries);
}
