import type { Disposable } from '../disposable.ts';
import { Emitter } from '../event.ts';
import { sessionLockKey } from './account.ts';
import { refOf, type Session } from './session.ts';

/** A server's wish for more scopes than a session has (RFC 6750, section 3.1). */
export interface ScopeDemand {
  /** What it asks for, space-separated, where it says so. Attacker-controlled. */
  readonly scope: string | undefined;
}

/**
 * What servers have refused for want of scopes, in the memory of this window. A demand is one on
 * a sign-in, of one account: it survives refreshes, which change no scopes, and ends with the next sign-in by itself.
 */
export class ScopeDemands implements Disposable {
  /** By {@link sessionLockKey}. */
  readonly #demands = new Map<string, ScopeDemand & { readonly createdAt: number }>();
  readonly #changed = new Emitter<void>();

  /** Fires after {@link of} began to answer differently. */
  readonly onDidChange = this.#changed.event;

  /** What is demanded of a session, if anything is. */
  of(session: Session): ScopeDemand | undefined {
    const demand = this.#demands.get(keyOf(session));
    return demand?.createdAt === session.createdAt ? { scope: demand.scope } : undefined;
  }

  /** Notes that the server of a session wants more scopes than it has. */
  note(session: Session, scope: string | undefined): void {
    this.#demands.set(keyOf(session), { scope, createdAt: session.createdAt });
    this.#changed.fire();
  }

  /** Takes back what is demanded: the server has accepted the session after all. */
  settle(session: Session): void {
    if (this.#demands.delete(keyOf(session))) {
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function keyOf(session: Session): string {
  return sessionLockKey(refOf(session));
}
