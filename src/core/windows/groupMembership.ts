import type { Clock } from '../clock.ts';
import { Emitter } from '../event.ts';
import type { Log } from '../log.ts';
import type { Redactor } from '../redaction.ts';
import { hashedKey, type SecretStorage } from '../session/secretStorage.ts';
import { type AgreementKey, generateAgreementKey, parseAgreementKey, privateText } from './agreementKey.ts';
import { boardLag, groupNotice, type NoticeBoard, watchBoard } from './noticeBoard.ts';

/** What the membership needs. */
export interface MembershipPorts {
  readonly secrets: SecretStorage;
  readonly board: NoticeBoard;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

/**
 * This window's part in the group of all windows that share its secret storage: the group's private key, held as
 * long as the notice board shows the public half of it. Windows that cannot see each other's secrets at all times
 * (in a browser each has read the storage once) are still members of one group by that.
 */
export class GroupMembership {
  readonly #ports: MembershipPorts;
  readonly #obtained = new Emitter<void>();
  /** Groups that others named, and that the board did not show in time: those of other profiles. */
  readonly #foreign = new Set<string>();
  #held: AgreementKey | undefined;
  #failed = false;

  /** Fires after a key was made, found or received. */
  readonly onDidObtainKey = this.#obtained.event;

  constructor(ports: MembershipPorts) {
    this.#ports = ports;
  }

  /**
   * The group's key by now, looked for in the storage if need be; nothing while this window has none, or one that
   * is not the board's. A board that shows no group gets this one. Never throws.
   */
  async currentKey(): Promise<AgreementKey | undefined> {
    try {
      const shown = this.#ports.board.get(groupNotice);
      const fits = (key: AgreementKey | undefined) => key && (shown ?? key.publicKey) === key.publicKey;
      const key = fits(this.#held) ? this.#held : await this.#readStored();
      if (!key || !fits(key)) {
        return undefined;
      }
      if (shown === undefined) {
        await this.#ports.board.set(groupNotice, key.publicKey);
      }
      this.#hold(key);
      return key;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** Begins a new group. Only where no window has the key that the board shows, and under a lock. Never throws. */
  async beginGroup(): Promise<void> {
    try {
      await this.adopt(await generateAgreementKey());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes a key for the group's, stores and shows it. @throws what the storage or the board says */
  async adopt(key: AgreementKey): Promise<void> {
    const { secrets, board } = this.#ports;
    if (this.#held?.publicKey !== key.publicKey) {
      await secrets.store(await storageKey(), key.privateKey);
    }
    if (board.get(groupNotice) !== key.publicKey) {
      await board.set(groupNotice, key.publicKey);
    }
    this.#hold(key);
  }

  /**
   * Whether a group that another window names is this profile's: whether the board shows it, at once or, since a
   * new one takes a moment to appear there, within two seconds.
   *
   * @throws AuthError the signal's reason
   */
  async isOwnGroup(publicKey: string, signal: AbortSignal): Promise<boolean> {
    const { board, clock } = this.#ports;
    const look = () => board.get(groupNotice) === publicKey;
    const ms = this.#foreign.has(publicKey) ? 0 : boardLag;
    const isShown = await watchBoard(clock, look, { ms, signal });
    if (!isShown) {
      this.#foreign.add(publicKey);
    }
    return isShown;
  }

  /**
   * Waits whether the board comes to show another group than this window's, for as long as it may be behind.
   *
   * @throws AuthError the signal's reason
   */
  async isSuperseded(signal: AbortSignal): Promise<boolean> {
    const { board, clock } = this.#ports;
    const look = () => (board.get(groupNotice) ?? this.#held?.publicKey) !== this.#held?.publicKey;
    return await watchBoard(clock, look, { ms: boardLag, signal });
  }

  async #readStored(): Promise<AgreementKey | undefined> {
    const text = await this.#ports.secrets.get(await storageKey());
    if (text === undefined) {
      return undefined;
    }
    try {
      return await parseAgreementKey(text);
    } catch {
      // Without the reason, which may quote the key.
      this.#ports.log.warn('The stored key of the windows is malformed and will be replaced');
      return undefined;
    }
  }

  #hold(key: AgreementKey): void {
    if (this.#held?.publicKey !== key.publicKey) {
      this.#ports.redactor.learn(privateText(key));
      this.#held = key;
      this.#obtained.fire();
    }
  }

  /** It is tried again at the next contact, so the log would be full of it. */
  #fail(reason: unknown): void {
    this.#ports.log[this.#failed ? 'debug' : 'warn']('The key of the windows cannot be read or kept', {
      reason,
    });
    this.#failed = true;
  }
}

function storageKey(): Promise<string> {
  return hashedKey('group:', 'windows');
}
