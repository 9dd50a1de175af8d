import { readUnverifiedJwt } from '../oauth/jsonWebToken.ts';

/** How long headers count whose end nobody can read, in milliseconds. */
const unknownLife = 5 * 60_000;

/** How long before its end a token is not used any more, in milliseconds. */
const lastMoments = 60_000;

/**
 * Until when a helper's headers may be used without asking it again: until a minute before the first token among
 * them expires, where one is a JWT that says so, else for five minutes.
 *
 * @param now milliseconds since the epoch, as is what is returned
 */
export function helperValidUntil(headers: Readonly<Record<string, string>>, now: number): number {
  const ends = Object.values(headers)
    .flatMap((value) => value.split(/\s+/))
    .map((part) => readUnverifiedJwt(part)?.expiresAt)
    .filter((end) => end !== undefined);
  return ends.length === 0 ? now + unknownLife : Math.min(...ends) - lastMoments;
}
