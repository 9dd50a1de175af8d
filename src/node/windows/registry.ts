import { rmSync } from 'node:fs';
import { lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Log } from '../../core/log.ts';
import type { WindowIdentity } from '../../core/windows/windowGroup.ts';
import { renameOver } from '../renameOver.ts';
import { isSocketAddress } from '../socketAddress.ts';
import { identitySchema } from './protocol.ts';

/** A window that can be reached, or could be at some time. Whoever can write into the folder can claim anything. */
export interface RegisteredWindow extends WindowIdentity {
  readonly address: string;
}

const fileName = /^[\w-]{16}\.json$/;

/** In bytes. */
const largestFile = 4096;

const entrySchema = v.object({
  version: v.literal(1),
  ...identitySchema.entries,
  address: v.string(),
});

/** The files by which windows find each other: one per window, with nothing secret in it. */
export class Registry {
  /** Of this user's windows; `openMeetingPlace` makes it. */
  readonly folder: string;
  readonly #log: Log;

  constructor(folder: string, log: Log) {
    this.folder = folder;
    this.#log = log;
  }

  /** Announces a window that listens already. @throws the system's error */
  async add({ id, startedAt, address }: RegisteredWindow): Promise<void> {
    const entry = { version: 1, id, startedAt, pid: process.pid, address };
    const temporary = join(this.folder, `${id}.tmp`);
    await writeFile(temporary, JSON.stringify(entry), { mode: 0o600, flag: 'wx' });
    await renameOver(temporary, this.#path(id));
  }

  /** All registered windows, whether they are still there or not. @throws the system's error */
  async list(): Promise<readonly RegisteredWindow[]> {
    const names = (await readdir(this.folder)).filter((name) => fileName.test(name));
    const entries = await Promise.all(names.map((name) => this.#read(name)));
    return entries.filter((entry) => entry !== undefined);
  }

  /** Forgets a window that is gone. What cannot be removed does no harm. */
  async forget({ id, address }: RegisteredWindow): Promise<void> {
    for (const path of process.platform === 'win32' ? [this.#path(id)] : [address, this.#path(id)]) {
      await rm(path, { force: true }).catch((reason) =>
        this.#log.debug('What a window left behind could not be removed', { reason }),
      );
    }
  }

  /** Takes back {@link add}, at once: when a window ends, there is no time to wait. */
  remove(id: string): void {
    try {
      rmSync(this.#path(id), { force: true });
    } catch (reason) {
      this.#log.debug('The registration of this window could not be removed', { reason });
    }
  }

  async #read(name: string): Promise<RegisteredWindow | undefined> {
    const path = join(this.folder, name);
    try {
      const stats = await lstat(path);
      if (!stats.isFile() || stats.size > largestFile) {
        throw new Error('It is no small file.');
      }
      const { id, startedAt, address } = v.parse(entrySchema, JSON.parse(await readFile(path, 'utf8')));
      const place = { folder: this.folder, windowId: id, platform: process.platform };
      if (name !== `${id}.json` || !isSocketAddress(address, place)) {
        throw new Error('It is about another window, or another place.');
      }
      return { id, startedAt, address };
    } catch (reason) {
      // One that has ended meanwhile has taken its file with it.
      if (!(reason instanceof Error && 'code' in reason && reason.code === 'ENOENT')) {
        this.#log.warn('The registration of a window was ignored', { file: name, reason });
      }
      return undefined;
    }
  }

  #path(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}
