import type { Disposable } from '../disposable.ts';
import { AuthError } from '../errors.ts';
import { type Chosen, chosenOrigins, confinedFetch } from '../oauth/confinement.ts';
import { createOAuthFetch, type NetworkPorts } from '../oauth/oauthFetch.ts';
import { askUserInfo, canAskUserInfo } from '../oauth/userInfo.ts';
import { type AccountWish, type SessionRef, sessionLockKey } from './account.ts';
import { type AccountOutcome, accountFor, type SignInToPlace } from './accountFor.ts';
import { refOf, type Session } from './session.ts';
import type { SessionLocks } from './sessionLocks.ts';
import type { SessionStore } from './sessionStore.ts';

/** What keeping a session takes. */
export interface SignInKeeperPorts extends NetworkPorts {
  readonly sessions: SessionStore;
  readonly locks: SessionLocks;
}

/** What was asked for: a part of an `AuthenticationRequest`, or of what is stored of one. */
export interface KeepRequest extends Chosen {
  readonly account?: AccountWish | undefined;
}

/** A session where it belongs, and how it came there. */
export interface PlacedSignIn {
  readonly session: Session;
  readonly outcome: AccountOutcome;
}

/** A session that is stored. */
export interface KeptSignIn {
  readonly session: Session;
  /** Settles, and never rejects, when who it is has been found out, or cannot be. */
  readonly placed: Promise<PlacedSignIn>;
}

/**
 * Stores what a sign-in has led to, for the account that it turns out to be of. Where the ID token does not say who
 * that is, the authorization server is asked afterwards, so that nobody waits for its answer.
 */
export class SignInKeeper implements Disposable {
  readonly #ports: SignInKeeperPorts;
  readonly #closing = new AbortController();

  constructor(ports: SignInKeeperPorts) {
    this.#ports = ports;
  }

  /**
   * Stores a new session, as `newSession` made it. It becomes the one that this workspace uses, unless it renews an
   * account.
   *
   * @throws AuthError `storage` when it lasts only as long as this window
   */
  async keep(signIn: Session, request: KeepRequest): Promise<KeptSignIn> {
    const { sessions, locks } = this.#ports;
    const question = await this.#question(signIn, request.account);
    const { account, outcome } = accountFor(question);
    const session = { ...signIn, account };
    // In turn with refreshes and sign-outs, in whichever window: none of them is to overwrite what is newer.
    await locks.run(sessionLockKey(refOf(session)), () => sessions.put(session));
    await this.#choose(session, outcome);
    return { session, placed: this.#identify({ session, outcome }, question, request) };
  }

  /** Asks nobody any more. */
  dispose(): void {
    this.#closing.abort(new AuthError('cancelled', 'This window closes.'));
  }

  async #question(signIn: Session, wish: AccountWish | undefined): Promise<SignInToPlace> {
    const { sessions } = this.#ports;
    const { serverUrl } = signIn;
    if (!sessions.get(serverUrl, wish?.kind === 'existing' ? wish.id : undefined)) {
      // A response may come before what is stored was read: nobody's place is taken for want of looking.
      await sessions.reload();
    }
    const used = sessions.get(serverUrl);
    return {
      signIn,
      wish: wish ?? (used && { kind: 'existing', id: used.account.id }),
      existing: sessions.accounts(serverUrl),
      newId: crypto.randomUUID(),
    };
  }

  async #choose(session: Session, outcome: AccountOutcome): Promise<void> {
    if (outcome === 'first' || outcome === 'renewed') {
      return;
    }
    try {
      await this.#ports.sessions.choose(refOf(session));
    } catch (reason) {
      this.#ports.log.warn('The choice of an account could not be saved', { reason });
    }
  }

  async #identify(
    placed: PlacedSignIn,
    question: SignInToPlace,
    request: KeepRequest,
  ): Promise<PlacedSignIn> {
    const { account: told } = question.signIn;
    // What was known of the account from before says nothing about who has signed in now.
    const session = {
      ...placed.session,
      account: { ...told, name: told.name ?? placed.session.account.name },
    };
    if (!canAskUserInfo(session)) {
      return placed;
    }
    try {
      const fetch = confinedFetch(chosenOrigins(request), this.#ports.fetch);
      const send = createOAuthFetch({ ...this.#ports, fetch }, this.#closing.signal);
      const account = { ...told, ...(await askUserInfo(session, send)) };
      return await this.#place(placed, { ...question, signIn: { ...question.signIn, account } });
    } catch (reason) {
      this.#ports.log.info('The authorization server does not say who has signed in', { reason });
      return placed;
    }
  }

  /** Puts a session where it belongs by what is known now; what was in its place before comes back. */
  async #place(before: PlacedSignIn, question: SignInToPlace): Promise<PlacedSignIn> {
    const { sessions } = this.#ports;
    const { account, outcome } = accountFor(question);
    const from = refOf(before.session);
    const to = { ...from, accountId: account.id };
    const session = await this.#inTurns([from, to], async () => {
      const latest = await sessions.reread(from);
      if (latest?.createdAt !== before.session.createdAt) {
        // Signed out of, or signed in to anew, meanwhile.
        return undefined;
      }
      // What the person has called it meanwhile stays.
      const isRenamed = latest.account.name !== before.session.account.name;
      const moved = { ...latest, account: isRenamed ? { ...account, name: latest.account.name } : account };
      await sessions.put(moved);
      if (from.accountId !== to.accountId) {
        const former = question.existing.find((one) => one.account.id === from.accountId);
        await (former ? sessions.put(former) : sessions.delete(from));
      }
      return moved;
    });
    if (!session) {
      return before;
    }
    await this.#choose(session, outcome);
    return { session, outcome };
  }

  /** Takes the turns of several sessions, in the same order as everybody. */
  async #inTurns<T>(refs: readonly SessionRef[], work: () => Promise<T>): Promise<T> {
    const keys = [...new Set(refs.map(sessionLockKey))].sort();
    const take = async (rest: readonly string[]): Promise<T> => {
      const [next, ...later] = rest;
      return next === undefined ? await work() : await this.#ports.locks.run(next, () => take(later));
    };
    return await take(keys);
  }
}
