import * as oauth from 'oauth4webapi';
import { AuthError } from '../errors.ts';
import { type DpopKey, importDpopKey } from './dpopKey.ts';
import type { Fetch } from './oauthFetch.ts';
import { ProofClock } from './proofClock.ts';

/** What can be wrong with a proof that another proof may put right. */
type Remedy = 'clock' | 'nonce';

/**
 * Proves possession of one key: a fresh proof for every request, with the nonce that its server gave last. One
 * is kept for as long as a caller talks to a server, so that each nonce has to be asked for once only.
 *
 * @see RFC 9449, sections 4, 8 and 9
 */
export class DpopProofs {
  /** For the `DPoP` option of oauth4webapi's requests. */
  readonly handle: oauth.DPoPHandle;
  readonly #clock = new ProofClock();

  constructor(keyPair: CryptoKeyPair, algorithm: DpopKey['algorithm']) {
    const options: oauth.ModifyAssertionOptions = {
      [oauth.modifyAssertion]: (header, payload) => {
        // oauth4webapi writes `Ed25519`, which means the same as what the servers have announced.
        header.alg = algorithm;
        this.#clock.adjust(payload);
      },
    };
    this.handle = oauth.DPoP({}, keyPair, options);
  }

  /** The `dpop_jkt` of RFC 9449, section 10. */
  thumbprint(): Promise<string> {
    return this.handle.calculateThumbprint();
  }

  /**
   * Sends a request whose proof may be refused for a missing nonce or for the time in it; each is put right
   * once. Neither says anything about the token.
   *
   * @param send sends through {@link handle} and throws what oauth4webapi does; called up to three times
   */
  async attempt<T>(url: URL, send: () => Promise<T>): Promise<T> {
    const tried = new Set<Remedy>();
    for (;;) {
      try {
        return await send();
      } catch (error) {
        const remedy = this.#remedy(error, url);
        if (remedy === undefined || tried.has(remedy)) {
          throw error;
        }
        tried.add(remedy);
        discardBody(error);
      }
    }
  }

  /**
   * Sends a request with a bound access token; redirects are not followed.
   *
   * @returns the response, its body unread, whatever its status
   * @throws AuthError `invalid_response` when the server is not content with the nonce it has just given
   * @see RFC 9449, section 7.1
   */
  async fetch(url: URL, init: RequestInit, { accessToken, fetch }: BoundRequest): Promise<Response> {
    const headers = new Headers(init.headers);
    for (const name of ['authorization', 'dpop']) {
      headers.delete(name);
    }
    const options: oauth.ProtectedResourceRequestOptions = {
      DPoP: this.handle,
      // oauth4webapi signs and hands over the headers; everything else is as the caller has it.
      [oauth.customFetch]: (target, { headers: signed }) =>
        fetch(target, { ...init, headers: signed, redirect: 'manual' }),
      // The caller's rule about http is the stricter one.
      [oauth.allowInsecureRequests]: true,
    };
    const method = init.method ?? 'GET';
    try {
      return await this.attempt(url, () =>
        oauth.protectedResourceRequest(accessToken, method, url, headers, undefined, options),
      );
    } catch (error) {
      if (!(error instanceof oauth.WWWAuthenticateChallengeError)) {
        throw error;
      }
      if (!oauth.isDPoPNonceError(error)) {
        return error.response;
      }
      discardBody(error);
      throw new AuthError('invalid_response', `${url.host} asks for another DPoP nonce again and again.`);
    }
  }

  #remedy(error: unknown, url: URL): Remedy | undefined {
    if (!(error instanceof oauth.WWWAuthenticateChallengeError || error instanceof oauth.ResponseBodyError)) {
      return undefined;
    }
    const { headers } = error.response;
    if (oauth.isDPoPNonceError(error)) {
      return headers.has('dpop-nonce') ? 'nonce' : undefined;
    }
    return isInvalidProof(error) && this.#clock.correct(url, headers.get('date')) ? 'clock' : undefined;
  }
}

/** What a request with a bound access token takes. */
export interface BoundRequest {
  readonly accessToken: string;
  readonly fetch: Fetch;
}

/**
 * Proofs by the key of a session.
 *
 * @throws AuthError `not_authenticated` when what was stored is no key
 */
export async function createDpopProofs(key: DpopKey): Promise<DpopProofs> {
  return new DpopProofs(await importDpopKey(key), key.algorithm);
}

function isInvalidProof(error: oauth.ResponseBodyError | oauth.WWWAuthenticateChallengeError): boolean {
  return error instanceof oauth.ResponseBodyError
    ? error.error === 'invalid_dpop_proof'
    : error.cause.some(
        ({ scheme, parameters }) => scheme === 'dpop' && parameters.error === 'invalid_dpop_proof',
      );
}

function discardBody(error: unknown): void {
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    void error.response.body?.cancel().catch(() => undefined);
  }
}
