import {
  type Disposable,
  FileSystemError,
  RelativePattern,
  Uri,
  type WorkspaceFolder,
  workspace,
} from 'vscode';
import type { ConfigurationSource } from '../core/config/configurationSource.ts';
import { parseConfiguration } from '../core/config/parseConfiguration.ts';

import type { Log } from '../core/log.ts';

const fileName = '.mcp.json';

/**
 * Follows the `.mcp.json` of every workspace folder, also those that come later, and reports all of them
 * whenever one was read anew.
 */
export class ConfigurationFiles implements Disposable {
  readonly #onDidRead: (sources: readonly ConfigurationSource[]) => void;
  readonly #log: Log;
  readonly #folders = new Map<string, FolderFile>();
  readonly #subscription: Disposable;

  constructor(onDidRead: (sources: readonly ConfigurationSource[]) => void, log: Log) {
    this.#onDidRead = onDidRead;
    this.#log = log;
    this.#subscription = workspace.onDidChangeWorkspaceFolders(() => void this.reload());
  }

  /** Reads every file again, and follows the folders that are open now. */
  async reload(): Promise<void> {
    const folders = workspace.workspaceFolders ?? [];
    const open = new Set(folders.map((folder) => folder.uri.toString()));
    for (const [key, file] of this.#folders) {
      if (!open.has(key)) {
        file.dispose();
        this.#folders.delete(key);
      }
    }
    for (const folder of folders) {
      const key = folder.uri.toString();
      if (!this.#folders.has(key)) {
        this.#folders.set(key, new FolderFile(folder, () => this.#report(), this.#log));
      }
    }
    await Promise.all([...this.#folders.values()].map((file) => file.read()));
    this.#report();
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const file of this.#folders.values()) {
      file.dispose();
    }
  }

  #report(): void {
    const order = (workspace.workspaceFolders ?? []).map((folder) =>
      this.#folders.get(folder.uri.toString()),
    );
    this.#onDidRead(order.flatMap((file) => file?.source ?? []));
  }
}

/** The `.mcp.json` of one folder. */
class FolderFile implements Disposable {
  readonly #folder: WorkspaceFolder;
  readonly #uri: Uri;
  readonly #log: Log;
  readonly #subscriptions: readonly Disposable[];
  /** Counts reads, so that a slow one never overwrites a later one. */
  #reads = 0;
  source: ConfigurationSource | undefined;

  constructor(folder: WorkspaceFolder, onDidRead: () => void, log: Log) {
    this.#folder = folder;
    this.#uri = Uri.joinPath(folder.uri, fileName);
    this.#log = log;
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, fileName));
    const update = () => void this.read().then(onDidRead);
    this.#subscriptions = [
      watcher,
      watcher.onDidCreate(update),
      watcher.onDidChange(update),
      watcher.onDidDelete(update),
    ];
  }

  async read(): Promise<void> {
    const read = ++this.#reads;
    const source = await this.#load();
    if (read === this.#reads) {
      this.source = source;
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
  }

  async #load(): Promise<ConfigurationSource | undefined> {
    const uri = this.#uri.toString();
    const folders = [this.#folder.uri.toString()];
    const place = { id: uri, kind: 'project', uri, label: this.#folder.name, fileName, folders } as const;
    try {
      const bytes = await workspace.fs.readFile(this.#uri);
      return { ...place, configuration: parseConfiguration(new TextDecoder().decode(bytes)) };
    } catch (error) {
      if (error instanceof FileSystemError && error.code === 'FileNotFound') {
        return undefined;
      }
      this.#log.warn('A configuration file could not be read', { file: this.#uri.path, reason: error });
      const problem = { message: 'The file cannot be read.', range: { offset: 0, length: 0 } };
      return { ...place, configuration: { servers: [], problem } };
    }
  }
}
