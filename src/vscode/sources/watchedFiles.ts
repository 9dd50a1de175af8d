import type { Disposable, Uri } from 'vscode';
import type { Log } from '../../core/log.ts';
import { type FileContent, type FileToWatch, WatchedFile } from './watchedFile.ts';

/** Several files whose texts mean the same kind of thing. */
export class WatchedFiles<T> implements Disposable {
  readonly #onDidRead: () => void;
  readonly #log: Log;
  readonly #files = new Map<string, WatchedFile<T>>();

  constructor(onDidRead: () => void, log: Log) {
    this.#onDidRead = onDidRead;
    this.#log = log;
  }

  /** Follows exactly these from now on. */
  follow(wanted: readonly FileToWatch<T>[]): void {
    const keys = new Set(wanted.map(({ uri }) => uri.toString()));
    for (const [key, file] of this.#files) {
      if (!keys.has(key)) {
        file.dispose();
        this.#files.delete(key);
      }
    }
    for (const file of wanted) {
      const key = file.uri.toString();
      if (!this.#files.has(key)) {
        this.#files.set(key, new WatchedFile(file, this.#onDidRead, this.#log));
      }
    }
  }

  /** Reads all of them. */
  async read(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.read()));
  }

  /** What one of them was when it was last read; `absent` where it is not followed. */
  get(uri: Uri): FileContent<T> {
    return this.#files.get(uri.toString())?.content ?? { kind: 'absent' };
  }

  dispose(): void {
    for (const file of this.#files.values()) {
      file.dispose();
    }
  }
}
