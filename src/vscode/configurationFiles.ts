import { type Disposable, Uri, workspace } from 'vscode';
import { type Approvals, claudeApprovals } from '../core/config/claudeApproval.ts';
import { type ClaudeSettings, parseClaudeSettings } from '../core/config/claudeSettings.ts';
import { type ClaudeState, parseClaudeState } from '../core/config/claudeState.ts';
import type { ConfigurationSource } from '../core/config/configurationSource.ts';
import { type Configuration, parseConfiguration } from '../core/config/parseConfiguration.ts';
import type { Log } from '../core/log.ts';
import { approvalFacts, approvalFiles } from './sources/approvalFiles.ts';
import { type ClaudePlaces, claudePlaces } from './sources/claudePlaces.ts';
import { fileAt } from './sources/folderPlaces.ts';
import type { Place } from './sources/place.ts';
import { placeSource } from './sources/placeSource.ts';
import type { KnownFolder } from './sources/places.ts';
import { projectKeyOf } from './sources/projectKey.ts';
import { sourcesSetting } from './sources/sourceSwitches.ts';
import { wantedPlaces } from './sources/wantedPlaces.ts';
import { WatchedFiles } from './sources/watchedFiles.ts';

/** Everything that is configured, as it was last read. */
export interface ReadConfiguration {
  readonly sources: readonly ConfigurationSource[];
  /** What Claude Code's settings say of the servers. */
  readonly approvals: Approvals;
}

/** Who is told, and where files lie that are not in the workspace. */
export interface ConfigurationFilesOptions {
  readonly onDidRead: (configuration: ReadConfiguration) => void;
  readonly log: Log;
  readonly places?: ClaudePlaces | undefined;
}

/**
 * Follows every file in which servers are configured, in the workspace, above it and in the person's home, and
 * reports all of them whenever something in them is different.
 */
export class ConfigurationFiles implements Disposable {
  readonly #onDidRead: (configuration: ReadConfiguration) => void;
  readonly #claude: ClaudePlaces;
  readonly #configurations: WatchedFiles<Configuration>;
  readonly #states: WatchedFiles<ClaudeState>;
  readonly #settings: WatchedFiles<ClaudeSettings>;
  readonly #subscriptions: readonly Disposable[];
  #folders: readonly KnownFolder[] = [];
  #places: readonly Place[] = [];
  #reloads = 0;
  #reported = '';

  constructor({ onDidRead, log, places = claudePlaces() }: ConfigurationFilesOptions) {
    this.#onDidRead = onDidRead;
    this.#claude = places;
    const report = () => this.#reportChange();
    this.#configurations = new WatchedFiles(report, log);
    this.#states = new WatchedFiles(report, log);
    this.#settings = new WatchedFiles(report, log);
    this.#subscriptions = [
      workspace.onDidChangeWorkspaceFolders(() => void this.reload()),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(sourcesSetting)) {
          void this.reload();
        }
      }),
      this.#configurations,
      this.#states,
      this.#settings,
    ];
  }

  /** Reads every file again, and follows the folders that are open now. */
  async reload(): Promise<void> {
    const reload = ++this.#reloads;
    const folders = await Promise.all(
      (workspace.workspaceFolders ?? []).map(async (folder) => {
        return { folder, projectKey: await projectKeyOf(folder.uri) };
      }),
    );
    if (reload === this.#reloads) {
      this.#follow(folders);
    }
    await Promise.all([this.#configurations.read(), this.#states.read(), this.#settings.read()]);
    this.#report(this.#read());
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
  }

  #follow(folders: readonly KnownFolder[]): void {
    this.#folders = folders;
    this.#places = wantedPlaces(folders, this.#claude);
    this.#configurations.follow(
      this.#places.flatMap((place) =>
        place.kind === 'file'
          ? [{ ...place.file, parse: (text: string) => parseConfiguration(text, place.dialect) }]
          : [],
      ),
    );
    const needsState = this.#places.some(({ kind }) => kind === 'state');
    const state = { ...fileAt(Uri.file(this.#claude.state)), parse: parseClaudeState };
    this.#states.follow(needsState ? [state] : []);
    const files = approvalFiles(
      folders.map(({ folder }) => folder),
      this.#claude,
    );
    this.#settings.follow(files.map((file) => ({ ...file, parse: parseClaudeSettings })));
  }

  /** Claude Code writes to its state all the time, and mostly nothing that matters here. */
  #reportChange(): void {
    const read = this.#read();
    if (fingerprint(read) !== this.#reported) {
      this.#report(read);
    }
  }

  #report(read: ReadConfiguration): void {
    this.#reported = fingerprint(read);
    this.#onDidRead(read);
  }

  #read(): ReadConfiguration {
    const state = this.#states.get(Uri.file(this.#claude.state));
    const contents = {
      file: (place: Place & { readonly kind: 'file' }) => this.#configurations.get(place.file.uri),
      state,
    };
    const sources = this.#places.flatMap((place) => placeSource(place, contents) ?? []);
    const settings = (uri: Uri) => this.#settings.get(uri);
    const facts = new Map(
      this.#folders.map((known) => [
        known.folder.uri.toString(),
        approvalFacts(known, this.#claude, { settings, state }),
      ]),
    );
    return { sources, approvals: claudeApprovals(sources, facts) };
  }
}

function fingerprint({ sources, approvals }: ReadConfiguration): string {
  return JSON.stringify([sources, [...approvals].map(([id, ofServers]) => [id, [...ofServers]])]);
}
