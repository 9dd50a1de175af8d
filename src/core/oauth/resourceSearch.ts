import { AuthError } from '../errors.ts';
import type { DiscoveryTarget } from './discovery.ts';
import { createOAuthFetch, type Fetch, type NetworkPorts } from './oauthFetch.ts';
import {
  fetchProtectedResource,
  type ProtectedResource,
  wellKnownResourceUrls,
} from './protectedResource.ts';
import { type Settled, settle } from './settled.ts';

/** What a search for protected resource metadata has found. */
export interface ResourceSearchResult {
  readonly protectedResource?: ProtectedResource | undefined;
  /** Why metadata could not be used at a place that was only guessed: matters if nothing else works. */
  readonly failure?: AuthError | undefined;
}

/**
 * Begins at once to read the metadata of a server where it is likely to be.
 *
 * @returns goes on with what the challenge names, if it names anything
 * @throws AuthError (on going on) why what is named, or a guess that is clearly meant, cannot be used
 * @see RFC 9728, sections 3.1 and 5.1
 */
export function searchProtectedResource(
  target: DiscoveryTarget,
  ports: NetworkPorts,
  signal: AbortSignal,
): (named: URL | undefined) => Promise<ResourceSearchResult> {
  const read = (url: URL, send: Fetch) => settle(fetchProtectedResource(url, target.serverUrl, send));
  const [likely, ...others] = wellKnownResourceUrls(target.serverUrl);
  const speculation = new AbortController();
  const speculativeFetch = createOAuthFetch(ports, AbortSignal.any([signal, speculation.signal]));
  const speculative = likely ? read(likely, speculativeFetch) : Promise.resolve({ value: undefined });
  return async (named) => {
    const fetch = createOAuthFetch(ports, signal);
    let result: ResourceSearchResult;
    if (named && named.href !== likely?.href) {
      // The guess was wrong: nobody waits for its answer any more, unless what is named does not exist.
      speculation.abort();
      result = namedResult(await read(named, fetch), target);
      others.unshift(...(likely ? [likely] : []));
    } else {
      result = named ? namedResult(await speculative, target) : guessedResult(await speculative);
    }
    for (const url of others) {
      if (!result.protectedResource) {
        const { protectedResource, failure } = guessedResult(await read(url, fetch));
        // What the root has for another resource is none of this one's business.
        const isOurs = failure?.code !== 'resource_mismatch';
        result = protectedResource
          ? { protectedResource }
          : { failure: result.failure ?? (isOurs ? failure : undefined) };
      }
    }
    return result;
  };
}

type Reading = Settled<ProtectedResource | undefined>;

/** What the challenge names has to be right, but for who has configured a way around it. */
function namedResult(reading: Reading, { oauth }: DiscoveryTarget): ResourceSearchResult {
  if (!('error' in reading)) {
    return { protectedResource: reading.value };
  }
  const isNeeded = oauth?.authServerMetadataUrl === undefined || !isPassedOver(reading.error);
  if (isNeeded || reading.error.code === 'resource_mismatch') {
    throw reading.error;
  }
  return {};
}

/** At a place that was only guessed, a page that is no metadata means that there is none. */
function guessedResult(reading: Reading): ResourceSearchResult {
  if (!('error' in reading)) {
    return { protectedResource: reading.value };
  }
  if (!isPassedOver(reading.error)) {
    throw reading.error;
  }
  return reading.error.code === 'invalid_response' ? {} : { failure: reading.error };
}

const passedOver: readonly AuthError['code'][] = [
  'invalid_response',
  'network',
  'resource_mismatch',
  'server_error',
];

function isPassedOver(error: unknown): error is AuthError {
  return error instanceof AuthError && passedOver.includes(error.code);
}
