import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Log } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redaction.ts';
import { ConfigurationFiles, type ReadConfiguration } from '../../src/vscode/configurationFiles.ts';
import type { ClaudePlaces } from '../../src/vscode/sources/claudePlaces.ts';

/** Configuration files that are followed beside those of the product, with a home folder of their own. */
export interface FollowedFiles {
  readonly places: ClaudePlaces;
  /** How often something was reported. */
  readonly reports: number;
  reload(): Promise<void>;
  /** Waits until what was read satisfies a condition; the suite's time limit ends a wait in vain. */
  until<T>(find: (read: ReadConfiguration) => T | undefined): Promise<T>;
  close(): Promise<void>;
}

/** Follows the workspace of the host suite, an empty home folder, and no organization. */
export async function followFiles(): Promise<FollowedFiles> {
  const home = await mkdtemp(join(tmpdir(), 'mcp-auth-sources-'));
  const places = {
    state: join(home, '.claude.json'),
    settings: join(home, '.claude', 'settings.json'),
    managed: join(home, 'managed', 'managed-mcp.json'),
  };
  let last: ReadConfiguration = { sources: [], approvals: new Map() };
  let reports = 0;
  const waiting = new Set<() => void>();
  const files = new ConfigurationFiles({
    onDidRead: (read) => {
      last = read;
      reports++;
      for (const look of [...waiting]) {
        look();
      }
    },
    log: new Log(() => undefined, new Redactor()),
    places,
  });
  await files.reload();
  return {
    places,
    get reports() {
      return reports;
    },
    reload: () => files.reload(),
    until: (find) =>
      new Promise((resolve) => {
        const look = () => {
          const found = find(last);
          if (found !== undefined) {
            waiting.delete(look);
            resolve(found);
          }
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      files.dispose();
      await rm(home, { recursive: true, force: true });
    },
  };
}
