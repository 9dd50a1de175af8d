import type { Log } from '../../core/log.ts';
import { clearStale } from './clearStale.ts';
import type { Registration } from './registration.ts';
import type { RegistrationFiles } from './registrationFiles.ts';

/** What a window says of itself to terminals, apart from how it is reached. */
export interface Announcement {
  /** Another folder to register in, where terminals look that know no window: for who has chosen that. Absolute. */
  readonly headlessFolder?: string | undefined;
  /** Paths of the folders that the window has open: terminals in one of them call this window first. */
  readonly workspaceFolders?: readonly string[] | undefined;
}

/** What announcing needs. */
export interface AnnouncerParts {
  readonly files: RegistrationFiles;
  /** Where the window registers in any case. */
  readonly folder: string;
  readonly log: Log;
}

/** Says in registration files where a window is, and says it anew whenever that changes: one change at a time. */
export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #self: Omit<Registration, 'workspaceFolders'>;
  #headlessFolder: string | undefined;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(parts: AnnouncerParts, self: Omit<Registration, 'workspaceFolders'>) {
    this.#parts = parts;
    this.#self = self;
  }

  /** @throws the system's error, or an `Error` for a folder of somebody else */
  announce({ headlessFolder, workspaceFolders = [] }: Announcement): Promise<void> {
    const registration = { ...this.#self, workspaceFolders: [...workspaceFolders] };
    const changed = this.#changing.then(() => this.#change(registration, headlessFolder));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  async #change(registration: Registration, headlessFolder: string | undefined): Promise<void> {
    const { files, folder, log } = this.#parts;
    const before = this.#headlessFolder;
    if (before !== undefined && before !== headlessFolder) {
      files.remove(before);
    }
    this.#headlessFolder = headlessFolder;
    await files.write(folder, registration);
    if (headlessFolder !== undefined) {
      await files.write(headlessFolder, registration);
      if (before !== headlessFolder) {
        await clearStale(headlessFolder, log);
      }
    }
  }
}
