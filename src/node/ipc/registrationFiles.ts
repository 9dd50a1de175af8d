import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../core/log.ts';
import { ensurePrivateFolder } from '../privateFolder.ts';
import { renameOver } from '../renameOver.ts';
import type { Registration } from './registration.ts';

/** The files by which the terminal command finds one window. They lie in one folder, or in several. */
export class RegistrationFiles {
  readonly #id: string;
  readonly #log: Log;
  readonly #written = new Set<string>();
  #isDisposed = false;

  constructor(id: string, log: Log) {
    this.#id = id;
    this.#log = log;
  }

  /** Where it is in a folder. */
  pathIn(folder: string): string {
    return join(folder, `${this.#id}.json`);
  }

  /**
   * Writes it into a folder, which becomes one that only this user can enter, or replaces the one that is there: at
   * once, so that nobody reads half of it.
   *
   * @throws the system's error, or an `Error` for a folder of somebody else
   */
  async write(folder: string, registration: Registration): Promise<void> {
    await ensurePrivateFolder(folder);
    const path = this.pathIn(folder);
    const temporary = join(folder, `${this.#id}.${randomBytes(4).toString('hex')}.tmp`);
    try {
      await writeFile(temporary, JSON.stringify(registration), { mode: 0o600, flag: 'wx' });
      await renameOver(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.#written.add(path);
    if (this.#isDisposed) {
      this.dispose();
    }
  }

  /** Takes it out of a folder, at once: when a window ends, there is no time to wait. */
  remove(folder: string): void {
    this.#removeFile(this.pathIn(folder));
  }

  /** Takes it out of all folders. */
  dispose(): void {
    this.#isDisposed = true;
    for (const path of this.#written) {
      this.#removeFile(path);
    }
  }

  #removeFile(path: string): void {
    this.#written.delete(path);
    try {
      rmSync(path, { force: true });
    } catch (reason) {
      this.#log.debug('The registration of this window could not be removed', { reason });
    }
  }
}
