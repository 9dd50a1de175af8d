import { randomUUID } from 'node:crypto';
import { Emitter } from '../../src/core/event.ts';
import { WindowLocks } from '../../src/core/session/windowLocks.ts';
import { lonelyWindow, type WindowGroup } from '../../src/core/windows/windowGroup.ts';
import { FakeSecretStorage } from './fakeSecretStorage.ts';

/** What one window takes from the others. */
type Accept = (query: string) => boolean;

/** What the windows of one person on one machine share. */
export class Machine {
  readonly secrets: FakeSecretStorage;
  readonly locks = new WindowLocks();
  /** Whether windows that open from now on know of each other. */
  areWindowsConnected = true;
  readonly #windows = new Map<string, Accept>();
  readonly #changed = new Emitter<void>();

  constructor(secrets = new FakeSecretStorage()) {
    this.secrets = secrets;
  }

  /** A window that opens. Dispose what it gets to close it. */
  open(accept: Accept): WindowGroup {
    const self = { id: randomUUID(), startedAt: Date.now() };
    const alone = lonelyWindow(self);
    if (!this.areWindowsConnected) {
      return alone;
    }
    const others = () => [...this.#windows].filter(([id]) => id !== self.id);
    this.#windows.set(self.id, accept);
    this.#changed.fire();
    return {
      ...alone,
      get others() {
        return others().map(([id]) => ({ id, startedAt: 0 }));
      },
      onDidChange: this.#changed.event,
      deliver: async (query) => others().some(([, offer]) => offer(query)),
      dispose: () => {
        this.#windows.delete(self.id);
        this.#changed.fire();
      },
    };
  }
}
