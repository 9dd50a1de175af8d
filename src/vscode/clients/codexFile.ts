import { Uri } from 'vscode';
import { codexUses } from '../../core/config/codexConfig.ts';
import { readToml } from '../../core/config/readToml.ts';
import type { Disposable } from '../../core/disposable.ts';
import { Emitter } from '../../core/event.ts';
import type { Log } from '../../core/log.ts';
import { withTilde } from '../sources/claudePlaces.ts';
import { WatchedFile } from '../sources/watchedFile.ts';

/** Follows Codex's `config.toml`: which servers' headers Codex gets from MCP Auth. */
export class CodexFile implements Disposable {
  readonly #file: WatchedFile<ReadonlySet<string>>;
  readonly #changed = new Emitter<void>();
  #reported: ReadonlySet<string> = new Set();

  /** For sentences, for example `~/.codex/config.toml`. */
  readonly fileName: string;
  /** Fires after {@link serverUrls} began to answer differently. */
  readonly onDidChange = this.#changed.event;

  /** @param path absolute; there need not be such a file, nor its folder */
  constructor(path: string, log: Log) {
    this.fileName = withTilde(path);
    const parse = (text: string) => new Set(codexUses(text, readToml).values());
    this.#file = new WatchedFile({ uri: Uri.file(path), parse }, () => this.#report(), log);
  }

  /** Canonical. */
  get serverUrls(): ReadonlySet<string> {
    return this.#reported;
  }

  /** Reads the file now. Never throws. */
  async reload(): Promise<void> {
    await this.#file.read();
    this.#report();
  }

  dispose(): void {
    this.#file.dispose();
    this.#changed.dispose();
  }

  #report(): void {
    const { content } = this.#file;
    const urls = content.kind === 'read' ? content.value : new Set<string>();
    if ([...urls].sort().join('\n') !== [...this.#reported].sort().join('\n')) {
      this.#reported = urls;
      this.#changed.fire();
    }
  }
}
