import { mayLeadTo } from '../addressClass.ts';
import type { OAuthConfiguration } from '../config/serverDefinition.ts';
import { AuthError } from '../errors.ts';
import { assertSecureUrl } from '../serverUrl.ts';
import type { AuthenticationPorts, Browser } from './authentication.ts';
import type { Fetch } from './oauthFetch.ts';

/**
 * A `fetch` for what is done on behalf of one MCP server. Its metadata, and that of whatever it names, cannot
 * make this machine contact an address that is more private than the server's own; each redirect comes through
 * here again. All is judged by the address as it is written: a name is not resolved, because servers within a
 * company often have public names for private addresses, and because the answer could change before the request.
 *
 * @param origins where the person, by the configuration, has chosen to go: the most private of them decides
 * @throws AuthError `forbidden_address` from each call that leads elsewhere
 * @see RFC 9728, section 7.7
 */
export function confinedFetch(origins: readonly URL[], fetch: Fetch): Fetch {
  return async (url, init) => {
    assertMayLeadTo(origins, new URL(url));
    return await fetch(url, init);
  };
}

/** The part of a request that says where the person, by the configuration, has chosen to go. */
export interface Chosen {
  readonly serverUrl: URL;
  readonly oauth?: Pick<OAuthConfiguration, 'authServerMetadataUrl'> | undefined;
}

/** The addresses that an authentication is confined by: those that the person has configured are theirs to choose. */
export function chosenOrigins({ serverUrl, oauth }: Chosen): readonly URL[] {
  const configured = oauth?.authServerMetadataUrl;
  const chosen = configured !== undefined && URL.canParse(configured) ? [new URL(configured)] : [];
  return [serverUrl, ...chosen];
}

/** The ports of one authentication, confined to what its server, and what is configured for it, may lead to. */
export function confine(request: Chosen, ports: AuthenticationPorts): AuthenticationPorts {
  const origins = chosenOrigins(request);
  return {
    ...ports,
    fetch: confinedFetch(origins, ports.fetch),
    browser: confinedBrowser(origins, ports.browser),
  };
}

/** A browser that opens the pages that {@link confinedFetch} would fetch, over https or on this machine. */
function confinedBrowser(origins: readonly URL[], browser: Browser): Browser {
  return {
    open: async (url, signal) => {
      assertSecureUrl(url, `The sign-in page at ${url.host}`);
      assertMayLeadTo(origins, url);
      return await browser.open(url, signal);
    },
  };
}

function assertMayLeadTo(origins: readonly URL[], target: URL): void {
  if (!origins.some((origin) => mayLeadTo(origin, target))) {
    const [server] = origins;
    throw new AuthError(
      'forbidden_address',
      `${server?.host} leads to ${target.host}, an address more private than its own, where it must not send this machine. Its operator has to name an address that everybody reaches.`,
    );
  }
}
