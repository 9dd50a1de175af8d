import type { Clock } from '../clock.ts';
import { type AgreementKey, generateAgreementKey } from './agreementKey.ts';
import { type NoticeBoard, pairingNotice, watchBoard } from './noticeBoard.ts';
import { openGroupKey } from './pairing.ts';

/** How a member is asked: it is sent the public key, and what it sealed comes back, unless it refused. */
export type AskMember = (publicKey: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** A window that wants to be let into its group, with a key pair for just that. */
export class Candidacy {
  readonly #windowId: string;
  readonly #board: NoticeBoard;
  readonly #clock: Clock;
  #key: Promise<AgreementKey> | undefined;
  /** How many members are being asked: the notice has to stay until the last has looked at it. */
  #asking = 0;

  constructor(windowId: string, { board, clock }: { readonly board: NoticeBoard; readonly clock: Clock }) {
    this.#windowId = windowId;
    this.#board = board;
    this.#clock = clock;
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
      await this.#show(key.publicKey);
      // What other windows write may sweep the notice away. This ends, by an error, with the answer.
      const keep = { ms: Number.POSITIVE_INFINITY, signal: answered.signal };
      watchBoard(this.#clock, () => this.#show(key.publicKey), keep).catch(() => undefined);
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
    const name = pairingNotice(this.#windowId);
    if (this.#board.get(name) !== undefined) {
      await this.#board.set(name, undefined);
    }
  }

  async #show(publicKey: string): Promise<false> {
    const name = pairingNotice(this.#windowId);
    if (this.#board.get(name) !== publicKey) {
      await this.#board.set(name, publicKey);
    }
    return false;
  }
}
