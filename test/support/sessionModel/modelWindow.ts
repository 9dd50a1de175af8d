import { sessionLockKey } from '../../../src/core/session/account.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import type { Session } from '../../../src/core/session/session.ts';
import type { SessionLocks } from '../../../src/core/session/sessionLocks.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import type { SignOutPorts } from '../../../src/core/session/signOut.ts';
import { SharedSecrets } from '../../../src/core/windows/sharedSecrets.ts';
import type { FakeClock } from '../fakeClock.ts';
import type { MemoryWindow, MemoryWindows } from '../memoryWindows.ts';
import type { Pause } from '../pause.ts';
import { recordLog } from '../recordedLog.ts';
import { sampleSession } from '../sampleSession.ts';
import type { StorageView } from '../storageView.ts';
import { unexpectedGrants } from '../unexpectedGrants.ts';
import type { Use } from './rotatingTokens.ts';
import type { SharedLocks } from './sharedLocks.ts';
import { createTokenPort, lose, type TokenPortOptions } from './tokenPort.ts';
import type { Lifetime, Turns } from './turns.ts';

/** The server that everybody signs in to. */
export const { serverUrl } = sampleSession();

/** What windows have in common. */
export interface ModelWindowPorts {
  readonly clock: FakeClock;
  readonly turns: Turns;
  readonly locks: SharedLocks;
  readonly windows: MemoryWindows;
  readonly storage: { readonly open: (pause: Pause) => StorageView };
  readonly requests: Pick<TokenPortOptions, 'nextFault' | 'onRequest' | 'server'>;
}

/** A window: the real code on ports that take turns, and that go dead when it crashes. */
export class ModelWindow implements Lifetime {
  readonly #group: MemoryWindow;
  /** What it has asked for and not written yet. */
  #uses: { readonly use: Use; readonly key: string }[] = [];
  #isOver = false;

  readonly storage: StorageView;
  readonly secrets: SharedSecrets;
  readonly sessions: SessionStore;
  readonly refresher: SessionRefresher;
  readonly locks: SessionLocks;
  readonly signOutPorts: SignOutPorts;
  /** Resolves when it has read its sessions. */
  readonly ready: Promise<void>;

  constructor({ clock, turns, locks, windows, storage, requests }: ModelWindowPorts) {
    const pause = () => turns.wait(this);
    const { log, redactor } = recordLog();
    this.storage = storage.open(pause);
    this.secrets = new SharedSecrets({ own: this.storage, clock, log });
    this.#group = windows.join(
      {
        snapshot: () => this.secrets.snapshot(),
        apply: (changes) => this.secrets.apply(changes),
        deliver: async () => false,
      },
      pause,
    );
    this.secrets.join(this.#group);
    this.sessions = new SessionStore({ secrets: this.secrets, log, redactor });
    this.locks = locks.forWindow(this, pause, (key) => this.#keepUses(key));
    const fetch = createTokenPort({
      ...requests,
      pause,
      now: () => clock.now(),
      onUse: (use, accountId) => this.#uses.push({ use, key: sessionLockKey({ serverUrl, accountId }) }),
      onAnswer: () => turns.expectActivity(),
    });
    const ports = { fetch, clock, log, redactor, sessions: this.sessions, locks: this.locks };
    this.refresher = new SessionRefresher({ ...ports, ...unexpectedGrants });
    this.signOutPorts = ports;
    this.ready = this.sessions.reload();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it holds what could not be written. */
  get hasUnsaved(): boolean {
    return this.sessions.unsaved.length > 0;
  }

  /** The session of an account, as this window sees it. */
  session(accountId: string): Session | undefined {
    return this.sessions.get(serverUrl, accountId);
  }

  /** Ends it in the midst of everything. */
  crash(): void {
    this.#isOver = true;
    for (const { use } of this.#uses) {
      lose(use);
    }
    this.#group.dispose();
    this.sessions.dispose();
    this.secrets.dispose();
  }

  /** Its turn is over: what it has got is written, unless the storage refuses. */
  #keepUses(key: string): void {
    const isUnsaved = this.sessions.unsaved.some((ref) => sessionLockKey(ref) === key);
    for (const one of this.#uses) {
      if (!isUnsaved && one.key === key && one.use.outcome === 'open') {
        one.use.outcome = 'kept';
      }
    }
    this.#uses = this.#uses.filter(({ use }) => use.outcome === 'open');
  }
}
