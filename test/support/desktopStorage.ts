import { noPause, type Pause } from './pause.ts';
import { StorageView } from './storageView.ts';

/** The secret storage of a desktop's VS Code: one for all windows, each of which hears of every change. */
export class DesktopStorage {
  readonly #values = new Map<string, string>();
  readonly #views = new Set<StorageView>();

  /** Everything stored, by key. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** Opens a window. */
  open(pause: Pause = noPause): StorageView {
    const view = new StorageView(
      {
        get: (key) => this.#values.get(key),
        keys: () => [...this.#values.keys()],
        set: (key, value) => {
          this.#set(key, value);
          return undefined;
        },
      },
      pause,
    );
    this.#views.add(view);
    return view;
  }

  #set(key: string, value: string | undefined): void {
    if (value === undefined) {
      if (!this.#values.delete(key)) {
        return;
      }
    } else {
      this.#values.set(key, value);
    }
    for (const view of this.#views) {
      void view.tell(key);
    }
  }
}
