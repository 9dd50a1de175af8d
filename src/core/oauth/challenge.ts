import * as oauth from 'oauth4webapi';
import { splitChallenges } from './challengeList.ts';

/** What a server's `WWW-Authenticate: Bearer` (or DPoP) says. All of it is attacker-controlled. */
export interface Challenge {
  /** RFC 9728, section 5.1. Not checked yet. */
  readonly resourceMetadata?: URL | undefined;
  /** RFC 6750, section 3: space-separated. */
  readonly scope?: string | undefined;
  /** RFC 6750, section 3.1, for example `invalid_token` or `insufficient_scope`. */
  readonly error?: string | undefined;
  /** Present where the server challenges with the scheme DPoP (RFC 9449, section 7.1). */
  readonly dpop?: {
    /** It does not challenge with Bearer as well. */
    readonly isRequired: boolean;
    readonly algorithms?: readonly string[] | undefined;
  };
}

/**
 * Reads the challenge of a 401 or 403 response; `undefined` where there is none that OAuth can meet. Does
 * not touch the body.
 */
export async function parseChallenge(response: Response): Promise<Challenge | undefined> {
  const challenges = await readChallenges(response);
  const challenge =
    challenges.find(
      ({ scheme, parameters }) => isOAuth(scheme) && parameters.resource_metadata !== undefined,
    ) ?? challenges.find(({ scheme }) => isOAuth(scheme));
  if (challenge === undefined) {
    return undefined;
  }
  const { resource_metadata: metadata, scope, error } = challenge.parameters;
  return {
    resourceMetadata: parseMetadataUrl(metadata),
    scope: scope === '' ? undefined : scope,
    error,
    ...dpopOf(challenges),
  };
}

/** Any other scheme than http and https is no address that metadata could be at. */
function parseMetadataUrl(text: string | undefined): URL | undefined {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

function dpopOf(challenges: readonly oauth.WWWAuthenticateChallenge[]): Pick<Challenge, 'dpop'> {
  const challenge = challenges.find(({ scheme }) => scheme === 'dpop');
  if (challenge === undefined) {
    return {};
  }
  const isRequired = !challenges.some(({ scheme }) => scheme === 'bearer');
  return { dpop: { isRequired, algorithms: challenge.parameters.algs?.split(' ').filter(Boolean) } };
}

function isOAuth(scheme: string): boolean {
  return scheme === 'bearer' || scheme === 'dpop';
}

async function readChallenges({ status, headers }: Response): Promise<Challenges> {
  const challenges = splitChallenges(headers.get('www-authenticate') ?? '').map(async (challenge) =>
    readOne(new Response(null, { status, headers: { 'www-authenticate': challenge } })),
  );
  return (await Promise.all(challenges)).flat();
}

type Challenges = readonly oauth.WWWAuthenticateChallenge[];

async function readOne(response: Response): Promise<Challenges> {
  try {
    // oauth4webapi's parser of this header is reached through its resource request only; nothing is sent.
    await oauth.protectedResourceRequest(
      'unsent',
      'GET',
      new URL('https://unsent.invalid/'),
      undefined,
      undefined,
      {
        [oauth.customFetch]: () => Promise.resolve(response),
      },
    );
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      return error.cause;
    }
    throw error;
  }
  return [];
}
