import assert from 'node:assert/strict';
import { AuthError, type AuthErrorCode } from '../../../src/core/errors.ts';
import { sessionLockKey } from '../../../src/core/session/account.ts';
import type { Session } from '../../../src/core/session/session.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import { BrowserProfile } from '../browserProfile.ts';
import { DesktopStorage } from '../desktopStorage.ts';
import { FakeClock } from '../fakeClock.ts';
import { MemoryWindows } from '../memoryWindows.ts';
import { sampleSession, sampleTime } from '../sampleSession.ts';
import { ModelWindow, type ModelWindowPorts, serverUrl } from './modelWindow.ts';
import { accessTokenLife, type IssuedTokens, RotatingTokens } from './rotatingTokens.ts';
import { SharedLocks } from './sharedLocks.ts';
import type { TokenFault } from './tokenPort.ts';
import type { Turns } from './turns.ts';

/** What kind of world it is. */
export interface WorldOptions {
  readonly storage: 'browser' | 'desktop';
  readonly server: 'grace' | 'strict';
  readonly turns: Turns;
}

/** The accounts that people sign in to. */
export const accountIds = ['default', 'second'] as const;

/** Whether somebody has to be signed in: `either` after a crash in the midst of a sign-in or a sign-out. */
type Presence = 'absent' | 'either' | 'present';

/** Refused writes have been tried again after this, in milliseconds. */
const retryTime = 30_000;

/** How an operation may end while anything may go wrong. */
const allowedErrors: ReadonlySet<AuthErrorCode> = new Set([
  'invalid_response',
  'network',
  'not_authenticated',
  'server_error',
  'session_expired',
  'storage',
  'timeout',
]);

/** Windows, an authorization server, a storage, and what has to hold of them whatever happens. */
export class SessionWorld {
  readonly #ports: ModelWindowPorts;
  readonly #turns: Turns;
  readonly #server: RotatingTokens;
  readonly #storage: BrowserProfile | DesktopStorage;
  readonly #clock = new FakeClock();
  readonly #faults: TokenFault[] = [];
  readonly #presence = new Map<string, Presence>();
  /** What explicit refreshes that run want to replace. */
  readonly #wanted: string[] = [];
  readonly #violations: string[] = [];
  readonly #running = new Map<object, { readonly window: ModelWindow; readonly what: string }>();
  #windows: readonly ModelWindow[] = [];
  #hasCrashed = false;

  constructor({ storage, server, turns }: WorldOptions) {
    this.#turns = turns;
    this.#server = new RotatingTokens(this.#clock, server);
    this.#storage = storage === 'browser' ? new BrowserProfile() : new DesktopStorage();
    this.#ports = {
      clock: this.#clock,
      turns,
      locks: new SharedLocks(),
      windows: new MemoryWindows(),
      storage: this.#storage,
      requests: {
        server: this.#server,
        nextFault: () => this.#faults.shift(),
        onRequest: (tokens, startedAt) => this.#judgeRequest(tokens, startedAt),
      },
    };
  }

  get windows(): readonly ModelWindow[] {
    return this.#windows;
  }

  openWindow(): void {
    const window = new ModelWindow(this.#ports);
    window.sessions.onDidChange(() => this.#judgeSessions(window));
    this.#windows = [...this.#windows, window];
    this.#start(window, 'open', () => window.ready);
  }

  crash(window: ModelWindow): void {
    this.#hasCrashed = true;
    for (const { accountId } of window.sessions.unsaved) {
      this.#presence.set(accountId, this.#presenceOf(accountId) === 'absent' ? 'absent' : 'either');
    }
    window.crash();
    this.#windows = this.#windows.filter((one) => one !== window);
    for (const [operation, { window: whose }] of this.#running) {
      if (whose === window) {
        this.#running.delete(operation);
      }
    }
    this.#ports.locks.release();
  }

  advance(ms: number): void {
    this.#clock.advance(ms);
  }

  /** The next token request meets with this. */
  addFault(fault: TokenFault): void {
    this.#faults.push(fault);
  }

  use(window: ModelWindow, accountId: string): void {
    this.#start(window, `use ${accountId}`, async () => {
      const startedAt = this.#clock.now();
      const before = window.session(accountId);
      const { tokens } = await window.refresher.fresh(serverUrl, accountId);
      const issued = this.#server.byAccessToken(tokens.accessToken);
      if (!issued) {
        this.#violations.push('a token that nobody issued was to be used');
      } else if (issued.expiresAt <= startedAt && tokens.accessToken === before?.tokens.accessToken) {
        this.#violations.push(`${tokens.accessToken} was to be used, although it had expired`);
      }
    });
  }

  /** The MCP server rejects the access token that a window has. */
  reject(window: ModelWindow, accountId: string): void {
    this.#start(window, `reject ${accountId}`, async () => {
      const token = window.session(accountId)?.tokens.accessToken ?? '';
      const issued = this.#server.byAccessToken(token);
      if (issued) {
        issued.isRejected = true;
      }
      const renewed = await window.refresher.renew(serverUrl, token, accountId);
      assert.notEqual(renewed.tokens.accessToken, token);
    });
  }

  refresh(window: ModelWindow, accountId: string): void {
    this.#start(window, `refresh ${accountId}`, async () => {
      const token = window.session(accountId)?.tokens.accessToken ?? '';
      this.#wanted.push(token);
      try {
        await window.refresher.refresh(serverUrl, accountId);
      } finally {
        this.#wanted.splice(this.#wanted.indexOf(token), 1);
      }
    });
  }

  /** As `Authenticator` ends a sign-in. */
  signIn(window: ModelWindow, accountId: string): void {
    this.#start(window, `sign in ${accountId}`, async () => {
      const session = this.#newSession(accountId);
      await window.locks.run(sessionLockKey({ serverUrl, accountId }), async () => {
        const before = this.#presenceOf(accountId);
        this.#presence.set(accountId, before === 'present' ? 'present' : 'either');
        try {
          await window.sessions.put(session);
        } finally {
          this.#presence.set(accountId, 'present');
        }
      });
    });
  }

  signOut(window: ModelWindow, accountId: string): void {
    this.#start(window, `sign out ${accountId}`, async () => {
      const { locks } = window.signOutPorts;
      const watched = {
        run: <T>(key: string, work: () => Promise<T>, signal?: AbortSignal) =>
          locks.run(key, () => this.#endSession(accountId, work), signal),
      };
      const ports = { ...window.signOutPorts, locks: watched };
      await signOut({ serverUrl, accountId }, ports, new AbortController().signal);
    });
  }

  /** Lets everything end that is under way. */
  async finish(): Promise<void> {
    await this.#turns.settle();
    for (let number = 0; await this.#turns.take(number); number++) {
      assert.ok(number < 100_000, 'It never ends.');
    }
    for (const { what } of this.#running.values()) {
      this.#violations.push(`${what} never ended`);
    }
    this.assertSound();
  }

  /** Heals what was broken, lets each window be used, and then judges what there is. */
  async judge(): Promise<void> {
    await this.finish();
    this.#faults.splice(0);
    for (const window of this.#windows) {
      window.storage.refuse();
    }
    this.#clock.advance(retryTime);
    await this.finish();
    await this.#useEverywhere();
    const together = this.#judgeAgreement();
    // A window that has crashed in the midst of it may have written what it had not told.
    this.openWindow();
    await this.finish();
    const before = this.#judgeAgreement();
    if (!this.#hasCrashed) {
      assert.deepEqual(before, together, 'the sessions of a window that is opened last');
    }
    const count = this.#windows.length;
    for (const window of [...this.#windows]) {
      this.crash(window);
    }
    for (let opened = 0; opened < count; opened++) {
      this.openWindow();
    }
    await this.finish();
    assert.deepEqual(this.#judgeAgreement(), before, 'the sessions after a restart');
    await this.#useEverywhere();
    await this.#judgeEnds();
  }

  assertSound(): void {
    assert.deepEqual([...this.#violations, ...this.#server.violations], []);
  }

  async #useEverywhere(): Promise<void> {
    for (const window of this.#windows) {
      for (const accountId of accountIds) {
        this.use(window, accountId);
      }
    }
    await this.finish();
  }

  /** @returns the sessions that all windows have, in words, by account */
  #judgeAgreement(): readonly string[] {
    const [first, ...others] = this.#windows.map((window) =>
      accountIds.map((accountId) => describe(window.session(accountId))),
    );
    assert.ok(first);
    for (const other of others) {
      assert.deepEqual(other, first, 'the sessions of two windows');
    }
    return first;
  }

  /** Whoever has to be signed in is, and gets tokens that are good, unless their server has ended the session. */
  async #judgeEnds(): Promise<void> {
    const [window] = this.#windows;
    for (const accountId of accountIds) {
      const session = window?.session(accountId);
      const presence = this.#presenceOf(accountId);
      if (presence !== 'either') {
        assert.equal(session ? 'present' : 'absent', presence, `the session of ${accountId}`);
      }
      if (window && session) {
        this.#start(window, 'the last refresh', async () => {
          const isGood = await this.#isRefreshed(window, accountId);
          const end = this.#server.byAccessToken(session.tokens.accessToken)?.family.end;
          assert.equal(isGood, end === undefined, `whether the session of ${accountId} is alive`);
        });
      }
    }
    await this.finish();
  }

  async #isRefreshed(window: ModelWindow, accountId: string): Promise<boolean> {
    const before = window.session(accountId)?.tokens.accessToken ?? '';
    this.#wanted.push(before);
    try {
      const { tokens } = await window.refresher.refresh(serverUrl, accountId);
      assert.notEqual(tokens.accessToken, before);
      return this.#server.accepts(tokens.accessToken);
    } catch (error) {
      assert.ok(error instanceof AuthError && error.code === 'session_expired', String(error));
      return false;
    }
  }

  #presenceOf(accountId: string): Presence {
    return this.#presence.get(accountId) ?? 'absent';
  }

  async #endSession<T>(accountId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#presenceOf(accountId);
    this.#presence.set(accountId, before === 'absent' ? 'absent' : 'either');
    try {
      const result = await work();
      this.#presence.set(accountId, 'absent');
      return result;
    } catch (error) {
      this.#presence.set(accountId, before);
      if (before === 'present' && error instanceof AuthError && error.code === 'not_authenticated') {
        this.#violations.push(`the session of ${accountId} was lost`);
      }
      throw error;
    }
  }

  #newSession(accountId: string): Session {
    const { accessToken, refreshToken, expiresAt } = this.#server.signIn(accountId);
    const now = this.#clock.now();
    return sampleSession({
      account: { id: accountId, addedAt: sampleTime },
      tokens: { accessToken, refreshToken, expiresAt, receivedAt: now },
      createdAt: now,
    });
  }

  #start(window: ModelWindow, what: string, work: () => Promise<void>): void {
    const operation = {};
    this.#running.set(operation, { window, what });
    const run = async () => {
      try {
        await window.ready;
        await work();
      } catch (error) {
        if (!(error instanceof AuthError && allowedErrors.has(error.code))) {
          this.#violations.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
        }
      } finally {
        this.#running.delete(operation);
        this.#turns.noteActivity();
      }
    };
    void run();
  }

  /** Nobody asks for tokens that nobody needs. */
  #judgeRequest(tokens: IssuedTokens | undefined, startedAt: number): void {
    if (!tokens) {
      return;
    }
    const { accessToken, expiresAt, isRejected, uses } = tokens;
    const isOld = expiresAt - startedAt <= accessTokenLife / 10;
    const isNeeded = isOld || isRejected || uses.length > 0 || this.#wanted.includes(accessToken);
    if (!isNeeded) {
      this.#violations.push(`${accessToken} was replaced, although it was good`);
    }
  }

  #judgeSessions(window: ModelWindow): void {
    for (const { refreshRejectedAt, tokens } of window.sessions.all) {
      const issued = this.#server.byAccessToken(tokens.accessToken);
      if (refreshRejectedAt !== undefined && issued?.family.end === undefined) {
        this.#violations.push(
          `${tokens.accessToken} was marked as expired, although its server has not ended it`,
        );
      }
    }
  }
}

function describe(session: Session | undefined): string {
  if (!session) {
    return 'nothing';
  }
  const { tokens, refreshRejectedAt } = session;
  return `${tokens.accessToken}, ${tokens.refreshToken}${refreshRejectedAt === undefined ? '' : ', expired'}`;
}
