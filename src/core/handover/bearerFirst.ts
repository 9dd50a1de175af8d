import type { Awaitable } from '../awaitable.ts';
import {
  type AuthorizedFetchPorts,
  assertSendable,
  bearer,
  currentSession,
} from '../connection/authorizedFetch.ts';
import type { Session } from '../session/session.ts';
import type { AnsweredRequest, OutgoingRequest, RequestCredential, Waiting } from './requestCredential.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Spares the first try all that is there for a refusal: its token is looked up, and nothing else is made for it. Nearly
 * every request ends with its first try. Where the server refuses that one, or the token is bound to a key, everything
 * is decided by another credential, as if it had sent the try itself.
 *
 * @param thorough makes these other credentials, of the same session
 */
export function bearerFirst(
  thorough: (waiting: Waiting) => RequestCredential,
  serverUrl: URL,
  ports: Pick<AuthorizedFetchPorts, 'accountId' | 'refresher'>,
): (waiting: Waiting) => RequestCredential {
  const find = ({ url }: OutgoingRequest) => {
    assertSendable(url, serverUrl);
    return currentSession(serverUrl, ports);
  };
  return (waiting) => new BearerFirst(find, () => thorough(waiting));
}

class BearerFirst implements RequestCredential {
  readonly #find: (request: OutgoingRequest) => Awaitable<Session>;
  readonly #makeThorough: () => RequestCredential;
  #thorough: RequestCredential | undefined;
  #sent: string | undefined;

  constructor(find: (request: OutgoingRequest) => Awaitable<Session>, makeThorough: () => RequestCredential) {
    this.#find = find;
    this.#makeThorough = makeThorough;
  }

  headers(request: OutgoingRequest): Awaitable<Headers> {
    if (this.#thorough) {
      return this.#thorough.headers(request);
    }
    const session = this.#find(request);
    return session instanceof Promise
      ? session.then((found) => this.#headersOf(found, request))
      : this.#headersOf(session, request);
  }

  renew(answer: AnsweredRequest): Awaitable<boolean> {
    if (this.#thorough) {
      return this.#thorough.renew(answer);
    }
    return answer.status === 401 || answer.status === 403 ? this.#renewThoroughly(answer) : false;
  }

  #headersOf(session: Session, request: OutgoingRequest): Awaitable<Headers> {
    if (session.dpop) {
      this.#thorough = this.#makeThorough();
      return this.#thorough.headers(request);
    }
    this.#sent = bearer(session);
    return { authorization: this.#sent };
  }

  async #renewThoroughly(answer: AnsweredRequest): Promise<boolean> {
    this.#thorough = this.#makeThorough();
    const { authorization } = await this.#thorough.headers(answer);
    // If it is another one by now, what was refused says nothing of it: somebody has refreshed or signed in meanwhile.
    return authorization !== this.#sent || (await this.#thorough.renew(answer));
  }
}
