import { type Disposable, type FileStat, FileSystemError, type Uri, workspace } from 'vscode';
import type { Log } from '../../core/log.ts';
import type { PlacedFile } from './folderPlaces.ts';
import { followFile } from './followFile.ts';

/** A file, and what its text means. */
export interface FileToWatch<T> extends PlacedFile {
  readonly parse: (text: string) => T;
}

/** A file as it was last read. */
export type FileContent<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }
  /** Larger than 50 MB: not even read. */
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'read'; readonly value: T };

/** Parsing this much takes half a second, in which the extension host does nothing else. */
const maximumBytes = 50_000_000;

/** Larger files are read again only if their time or size differs: reading them is felt. */
const largeBytes = 1_000_000;

/** No text that takes long to parse takes more than this part of the time, however often it is written. */
const share = 1 / 20;
const noticeableMs = 50;

/**
 * How often a file is looked at, in milliseconds: more often where VS Code tells nothing of it. Of the others it does not
 * tell everything: nothing before it has begun to watch, and nobody knows when it has; nor of a file that comes and goes in
 * a moment, although it may have been read in between.
 */
const lookIntervals = { told: 5000, untold: 2000 } as const;

/** Reads a file, and reads it anew whenever something happens to it. */
export class WatchedFile<T> implements Disposable {
  readonly #file: FileToWatch<T>;
  readonly #log: Log;
  readonly #onDidRead: () => void;
  readonly #subscription: Disposable;
  /** Counts reads, so that a slow one never overwrites a later one. */
  #reads = 0;
  #last: FileStat | undefined;
  #restsUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #isDisposed = false;
  content: FileContent<T> = { kind: 'absent' };

  constructor(file: FileToWatch<T>, onDidRead: () => void, log: Log) {
    this.#file = file;
    this.#onDidRead = onDidRead;
    this.#log = log;
    this.#subscription = followFile(file, () => this.#update());
  }

  /** Reads the file now. Never throws: what cannot be read is logged, and is `unreadable`. */
  async read(): Promise<void> {
    const read = ++this.#reads;
    let stat: FileStat | undefined;
    try {
      stat = await workspace.fs.stat(this.#file.uri);
      if (stat.size <= largeBytes || !isSame(stat, this.#last)) {
        const bytes = stat.size > maximumBytes ? undefined : await workspace.fs.readFile(this.#file.uri);
        if (read === this.#reads) {
          this.#last = stat;
          this.content = bytes
            ? { kind: 'read', value: this.#parse(new TextDecoder().decode(bytes)) }
            : { kind: 'tooLarge' };
        }
      }
    } catch (error) {
      if (read === this.#reads) {
        this.#last = undefined;
        this.content = { kind: isAbsent(error) ? 'absent' : 'unreadable' };
        this.#warn(error);
      }
    }
    if (read === this.#reads) {
      this.#lookLater(stat);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#look);
    this.#subscription.dispose();
  }

  #parse(text: string): T {
    const start = performance.now();
    const value = this.#file.parse(text);
    const took = performance.now() - start;
    this.#restsUntil = took > noticeableMs ? performance.now() + took / share : 0;
    return value;
  }

  #update(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void this.read().then(this.#onDidRead);
      },
      Math.max(0, this.#restsUntil - performance.now()),
    );
  }

  /** @param read what the file was when it was read; `undefined` where there was none */
  #lookLater(read: FileStat | undefined): void {
    clearTimeout(this.#look);
    // A look at another place may be a request to somebody's server.
    if (!this.#isDisposed && this.#file.uri.scheme === 'file') {
      const interval = this.#file.pattern === undefined ? lookIntervals.untold : lookIntervals.told;
      this.#look = setTimeout(() => void this.#lookAgain(read), interval);
    }
  }

  async #lookAgain(read: FileStat | undefined): Promise<void> {
    const reads = this.#reads;
    const stat = await statOf(this.#file.uri);
    if (this.#isDisposed || reads !== this.#reads) {
      return;
    }
    if (isSame(stat, read)) {
      this.#lookLater(read);
    } else {
      this.#update();
    }
  }

  #warn(error: unknown): void {
    if (this.content.kind === 'unreadable') {
      this.#log.warn('A file could not be read', { file: this.#file.uri.path, reason: error });
    }
  }
}

function isSame(one: FileStat | undefined, other: FileStat | undefined): boolean {
  return one?.mtime === other?.mtime && one?.size === other?.size;
}

/** Never rejects: why a file cannot be looked at is said when it is read. */
async function statOf(uri: Uri): Promise<FileStat | undefined> {
  try {
    return await workspace.fs.stat(uri);
  } catch {
    return undefined;
  }
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof FileSystemError && (error.code === 'FileNotFound' || error.code === 'FileNotADirectory')
  );
}
