import type { Clock } from '../clock.ts';
import { type AgreementKey, generateAgreementKey } from './agreementKey.ts';
import { boardLag, type NoticeBoard, pairingNotice, watchBoard } from './noticeBoard.ts';
import { openGroupKey } from './pairing.ts';

/** How a member is asked: it is sent the public key, and what it sealed comes back, unless it refused. */
export type AskMember = (publicKey: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** What being let into a group needs. */
export interface CandidacyPorts {
  readonly board: NoticeBoard;
  readonly clock: Clock;
  /** Ends with the window. */
  readonly signal: AbortSignal;
}

/** A window that wants to be let into its group, with a key pair for just that. */
export class Candidacy {
  readonly #windowId: string;
  readonly #ports: CandidacyPorts;
  #key: Promise<AgreementKey> | undefined;
  /** How many members are being asked: the notice has to stay until the last has looked at it. */
  #asking = 0;

  constructor(windowId: string, ports: CandidacyPorts) {
    this.#windowId = windowId;
    this.#ports = ports;
  }

  /**
   * Asks a member for the group's key, while a notice says who asks. Several can be asked at the same time.
   *
   * @param groupPublicKey as the board shows it
   * @throws an `Error` where the answer is no such key, or the board fails
   */
  async obtainKey(groupPublicKey: string, ask: AskMember): Promise<AgreementKey | undefined> {
    this.#key ??= generateAgreementKey();
    const key = await this.#key;
    const answered = new AbortController();
    this.#asking++;
    try {
      await this.#post(key.publicKey);
      this.#keep(key.publicKey, { ms: Number.POSITIVE_INFINITY, signal: answered.signal });
      const sealed = await ask(key.publicKey);
      return sealed && (await openGroupKey(sealed, { id: this.#windowId, key }, groupPublicKey));
    } finally {
      answered.abort();
      this.#asking--;
      if (this.#asking === 0) {
        await this.withdraw();
      }
    }
  }

  /** Takes the notice away. */
  async withdraw(): Promise<void> {
    await this.#post(undefined);
    this.#keep(undefined, { ms: boardLag, signal: this.#ports.signal });
  }

  async #post(value: string | undefined): Promise<void> {
    const { board } = this.#ports;
    const name = pairingNotice(this.#windowId);
    if (board.get(name) !== value) {
      await board.set(name, value);
    }
  }

  /** Other windows' notices may sweep this one away, or bring it back. */
  #keep(value: string | undefined, time: { readonly ms: number; readonly signal: AbortSignal }): void {
    const look = async () => {
      const isOver = value === undefined && this.#asking > 0;
      if (!isOver) {
        await this.#post(value);
      }
      return isOver;
    };
    // The signal ends it with an error; that the board fails, whoever asks a member learns by itself.
    watchBoard(this.#ports.clock, look, time).catch(() => undefined);
  }
}
