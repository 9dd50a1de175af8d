import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/disposable.ts';
import type { Event } from '../../core/event.ts';
import type { Log } from '../../core/log.ts';
import type { Redactor } from '../../core/redaction.ts';
import type { SecretStorage } from '../../core/session/secretStorage.ts';
import type { SessionLocks } from '../../core/session/sessionLocks.ts';
import { Candidacy } from '../../core/windows/candidacy.ts';
import { GroupMembership } from '../../core/windows/groupMembership.ts';
import type { NoticeBoard } from '../../core/windows/noticeBoard.ts';
import { bySeniority } from '../../core/windows/seniority.ts';
import type {
  SecretChange,
  WindowGroup,
  WindowHandlers,
  WindowIdentity,
} from '../../core/windows/windowGroup.ts';
import { openMeetingPlace } from './meetingPlace.ts';
import { Meetings } from './meetings.ts';
import { Peers } from './peers.ts';
import { Registry } from './registry.ts';

/** What joining the other windows needs. */
export interface WindowGroupOptions {
  /** Absolute; the same for all windows that may meet, such as `<globalStorage>/windows`. Made if need be. */
  readonly folder: string;
  /** This window's own, as VS Code gives it. */
  readonly secrets: SecretStorage;
  readonly board: NoticeBoard;
  readonly handlers: WindowHandlers;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly locks: SessionLocks;
}

/** Milliseconds after which a window goes on, whoever has not answered yet. */
const firstRoundLimit = 5000;

/**
 * Joins the windows of this machine that share this window's secret storage, and lets them in later. Returns at
 * once. Where there is no way to meet, the window stays alone and the log says why; nothing is ever thrown.
 */
export function joinWindowGroup(options: WindowGroupOptions): WindowGroup {
  return new MemberWindow(options);
}

class MemberWindow implements WindowGroup {
  readonly self: WindowIdentity;
  readonly joined: Promise<void>;
  readonly onDidChange: Event<void>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #ended = new AbortController();
  readonly #membership: GroupMembership;
  readonly #candidacy: Candidacy;
  readonly #peers: Peers;
  readonly #registry: Registry;
  readonly #meetings: Meetings;
  #place: Disposable | undefined;

  constructor(options: WindowGroupOptions) {
    const { clock, log, folder } = options;
    const { signal } = this.#ended;
    this.#clock = clock;
    this.#log = log;
    this.self = { id: randomBytes(12).toString('base64url'), startedAt: clock.now() };
    this.#membership = new GroupMembership(options);
    this.#candidacy = new Candidacy(this.self.id, { ...options, signal });
    this.#peers = new Peers(this.self, options);
    this.#registry = new Registry(folder, log);
    this.#meetings = new Meetings({
      ...options,
      self: this.self,
      membership: this.#membership,
      candidacy: this.#candidacy,
      peers: this.#peers,
      registry: this.#registry,
      signal,
    });
    this.onDidChange = this.#peers.onDidChange;
    this.joined = this.#withinFirstRound(this.#join());
  }

  get others(): readonly WindowIdentity[] {
    return this.#peers.identities;
  }

  get isHolder(): boolean {
    return this.others.every((other) => bySeniority(this.self, other) < 0);
  }

  announce(changes: readonly SecretChange[]): Promise<void> {
    return this.#peers.announce(changes);
  }

  deliver(query: string): Promise<boolean> {
    return this.#peers.deliver(query);
  }

  dispose(): void {
    this.#ended.abort();
    this.#peers.dispose();
    this.#place?.dispose();
    this.#candidacy.withdraw().catch(() => undefined);
  }

  async #join(): Promise<void> {
    const { signal } = this.#ended;
    try {
      const place = await openMeetingPlace(this.self, {
        registry: this.#registry,
        log: this.#log,
        onConnection: (socket) => void this.#meetings.receive(socket),
      });
      if (signal.aborted) {
        place.dispose();
        return;
      }
      this.#place = place;
      await this.#membership.currentKey();
      // With a new key it can meet those that it could not meet before.
      this.#membership.onDidObtainKey(() => void this.#meetings.visitAll());
      await this.#meetings.meetAll();
    } catch (reason) {
      if (!signal.aborted) {
        this.#log.warn('This window cannot meet other windows', { reason });
      }
    }
  }

  async #withinFirstRound(round: Promise<void>): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(firstRoundLimit, resolve);
    this.#ended.signal.addEventListener('abort', () => resolve(), { once: true });
    await Promise.race([round, over]);
    timer.dispose();
  }
}
