import { noPause, type Pause } from './pause.ts';
import { StorageView } from './storageView.ts';

/**
 * The secret storage of a browser-hosted VS Code, as measured: each window reads all of it once, when its page loads,
 * and keeps that copy. A change alters the copy and writes the whole copy back. A window hears of its own changes
 * only.
 */
export class BrowserProfile {
  #values: ReadonlyMap<string, string> = new Map();

  /** Everything that a page which loads now would read. */
  get values(): ReadonlyMap<string, string> {
    return this.#values;
  }

  /** Loads a page. */
  open(pause: Pause = noPause): StorageView {
    const copy = new Map(this.#values);
    const view: StorageView = new StorageView(
      {
        get: (key) => copy.get(key),
        keys: () => [...copy.keys()],
        set: (key, value) => {
          if (value === undefined) {
            copy.delete(key);
          } else {
            copy.set(key, value);
          }
          // It is sealed before it is written, and others may write meanwhile.
          const sealed = new Map(copy);
          return () => {
            this.#values = sealed;
            void view.tell(key);
          };
        },
      },
      pause,
    );
    return view;
  }
}
