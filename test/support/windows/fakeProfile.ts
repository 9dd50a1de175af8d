import type { SecretStorage } from '../../../src/core/session/secretStorage.ts';
import { groupNotice, type NoticeBoard } from '../../../src/core/windows/noticeBoard.ts';
import { FakeSecretStorage } from '../fakeSecretStorage.ts';

type Notices = ReadonlyMap<string, string>;

const empty = { notices: new Map(), secrets: new Map() };

/**
 * What the windows of one profile share: VS Code's `globalState` and its secret storage, as a browser-hosted VS Code
 * has them. Every window holds a copy of all notices, which it replaces as a whole when another one has written; it
 * writes its own copy as a whole, too. Secrets it reads once, and writes as a whole.
 */
export class FakeProfile {
  /** Milliseconds until other windows see a notice. */
  lag: () => number = () => 0;
  /** Every group that was ever shown. */
  readonly groups = new Set<string>();
  readonly #boards = new Set<{ notices: Notices }>();
  #notices: Notices;
  #secrets: ReadonlyMap<string, string>;

  /** Empty, unless it begins as another one is. */
  constructor(begin: { readonly notices: Notices; readonly secrets: ReadonlyMap<string, string> } = empty) {
    this.#notices = begin.notices;
    this.#secrets = begin.secrets;
  }

  /** What is on the board, as a new window would see it. */
  get notices(): Notices {
    return this.#notices;
  }

  /** What is in the storage, as a new window would see it. */
  get secrets(): ReadonlyMap<string, string> {
    return this.#secrets;
  }

  /** The storage loses everything, as when the person clears the browser's data. */
  clearSecrets(): void {
    this.#secrets = new Map();
  }

  /** A window's own view of the board. */
  openBoard(): NoticeBoard {
    const board = { notices: this.#notices };
    this.#boards.add(board);
    return {
      get: (name) => board.notices.get(name),
      set: async (name, value) => {
        if (name === groupNotice && value !== undefined) {
          this.groups.add(value);
        }
        const rest = [...board.notices].filter(([other]) => other !== name);
        board.notices = new Map(value === undefined ? rest : [...rest, [name, value]]);
        this.#notices = board.notices;
        this.#show(
          this.#notices,
          [...this.#boards].filter((other) => other !== board),
        );
      },
    };
  }

  /** A window's own view of the secret storage. */
  openSecrets(): SecretStorage {
    const own = new FakeSecretStorage(this.#secrets);
    own.onDidChange(() => {
      this.#secrets = new Map(own.values);
    });
    return own;
  }

  #show(notices: Notices, boards: readonly { notices: Notices }[]): void {
    const show = () => {
      for (const board of boards) {
        board.notices = notices;
      }
    };
    setTimeout(show, this.lag());
  }
}
