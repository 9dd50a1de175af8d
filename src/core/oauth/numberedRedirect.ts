/** More than a page counts to in ten minutes. */
const mostTries = 256;

/**
 * Makes a browser-hosted window listen again for a redirect URI that it made before a reload. Its page counts the
 * redirect URIs that it makes, and listens for the numbers that it has given since it was loaded, so that the same one
 * has to be made once more.
 *
 * @param make makes a redirect URI; each has the next number
 * @returns whether the page made the same one
 */
export async function makeAgain(redirectUri: string, make: () => Promise<string>): Promise<boolean> {
  const wanted = numberOf(redirectUri);
  for (let tries = 0; tries < Math.min(wanted, mostTries); tries++) {
    const made = await make();
    if (made === redirectUri) {
      return true;
    }
    if (!(numberOf(made) < wanted)) {
      return false;
    }
  }
  return false;
}

/** `NaN` where it has none. */
function numberOf(redirectUri: string): number {
  const number = URL.canParse(redirectUri) ? new URL(redirectUri).searchParams.get('vscode-reqid') : null;
  return number !== null && /^\d{1,9}$/.test(number) ? Number(number) : Number.NaN;
}
