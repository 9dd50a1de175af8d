import { realpathSync } from 'node:fs';
import { getCallSites } from 'node:util';
import { type Extension, extensions } from 'vscode';
import { callingExtension, type KnownExtension } from '../core/access/callingExtension.ts';
import type { Program } from '../core/access/program.ts';

/** How many frames are looked at: VS Code's own lie between. */
const depth = 100;

/**
 * The extension whose code has called, as a program. Only at the very moment of the call: whatever comes after a wait
 * has another stack. Asks the engine, not `Error.stack`: names of functions are part of that, and may look like paths.
 */
export function callerOfApi(ownId: string): Program | undefined {
  const files = getCallSites(depth).map(({ scriptName }) => scriptName);
  const isCaseSensitive = process.platform !== 'win32' && process.platform !== 'darwin';
  const caller = callingExtension(files, extensions.all.map(known), { ownId, isCaseSensitive });
  return caller && { kind: 'extension', id: caller.id.toLowerCase(), label: caller.label };
}

function known({ id, extensionPath, packageJSON }: Extension<unknown>): KnownExtension {
  const name: unknown = packageJSON?.displayName;
  return {
    id,
    label: typeof name === 'string' ? name : id,
    folders: [...new Set([extensionPath, linkedFrom(extensionPath)])],
  };
}

/** Node names a module by where it really lies. */
function linkedFrom(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
