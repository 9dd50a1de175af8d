import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { homeFolder } from './homeFolder.ts';
import { readRegistration, safeFolder } from './readRegistration.ts';
import { type Registration, registrationName } from './registration.ts';

/** Where the command runs. */
export interface CommandSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly workingFolder: string;
  /** Says why a registration that is there is not used. */
  readonly warn: (sentence: string) => void;
}

/** The variable by which a terminal knows its window: the path of the window's registration. */
export const handleVariable = 'MCPAUTH_IPC_HANDLE';

/**
 * Where windows register whose user lets programs anywhere on the machine find them. Not below `~/.mcp-auth`: that is
 * the folder of `mcp-remote`, whose manual has people delete it.
 */
export function headlessFolder(home: string): string {
  return join(home, '.vscode-mcp-auth', 'windows');
}

/**
 * The windows of this user, in the order in which they are to be asked: the one of this terminal, those that register
 * beside it (a terminal outlives its window's reload), those that register for everybody; among these, those that have
 * the working folder open come first, and then the latest ones. Whether somebody still listens is not known.
 *
 * Nothing is looked for before it is wanted.
 */
export function* findWindows({ env, workingFolder, warn }: CommandSurroundings): Generator<Registration> {
  const { [handleVariable]: handle = '' } = env;
  const seen = new Set<string>();
  const isNew = ({ id }: Registration) => seen.size < seen.add(id).size;
  if (isAbsolute(handle)) {
    const own = safeFolder(dirname(handle), warn) && readRegistration(handle, warn);
    if (own && isNew(own)) {
      yield own;
    }
    yield* registrations(dirname(handle), workingFolder, warn).filter(isNew);
  }
  yield* registrations(headlessFolder(homeFolder(env)), workingFolder, warn).filter(isNew);
}

function registrations(
  folder: string,
  workingFolder: string,
  warn: CommandSurroundings['warn'],
): readonly Registration[] {
  if (!safeFolder(folder, warn)) {
    return [];
  }
  return readdirSync(folder)
    .filter((name) => registrationName.test(name))
    .flatMap((name) => readRegistration(join(folder, name), warn) ?? [])
    .filter(({ host }) => host === hostname())
    .sort((a, b) => closeness(b, workingFolder) - closeness(a, workingFolder) || b.startedAt - a.startedAt);
}

/** How much of the working folder's path is that of an open folder, in characters. */
function closeness({ workspaceFolders }: Registration, workingFolder: string): number {
  const around = workspaceFolders.filter((folder) => {
    const path = relative(folder, workingFolder);
    return !isAbsolute(path) && path.split(/[\\/]/)[0] !== '..';
  });
  return Math.max(0, ...around.map((folder) => folder.length));
}
