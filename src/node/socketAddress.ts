import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { isAbsolute, posix } from 'node:path';

/** Where it is decided. */
export interface SocketSurroundings {
  readonly platform: NodeJS.Platform;
  /** Folders for sockets, the preferred one first. */
  readonly runtimeFolders: readonly string[];
}

/** This machine and this user. */
export function systemSurroundings(): SocketSurroundings {
  const { XDG_RUNTIME_DIR: runtime = '' } = process.env;
  return {
    platform: process.platform,
    runtimeFolders: [runtime, tmpdir()].filter((path) => isAbsolute(path)),
  };
}

/** In bytes. Linux takes 107 of them, macOS 103. */
const longestPath = 100;

/**
 * Where a window may listen, the preferred address first: a socket in the folder where windows meet or, where its
 * path would be too long, in one of its own whose name follows from it. On Windows a pipe.
 *
 * @param folder absolute
 * @param windowId never used before, and so is the address
 */
export function socketAddresses(
  folder: string,
  windowId: string,
  { platform, runtimeFolders }: SocketSurroundings,
): readonly string[] {
  if (platform === 'win32') {
    return [`${pipePrefix}${randomBytes(16).toString('hex')}`];
  }
  const others = runtimeFolders.map((runtime) => join(runtime, otherFolderName(folder)));
  return [folder, ...others]
    .map((parent) => join(parent, `${windowId}.sock`))
    .filter((path) => Buffer.byteLength(path) <= longestPath);
}

/** Whether an address can be the one of that window: anything else is neither connected to nor removed. */
export function isSocketAddress(
  address: string,
  { folder, windowId, platform }: { folder: string; windowId: string; platform: NodeJS.Platform },
): boolean {
  if (platform === 'win32') {
    return address.startsWith(pipePrefix) && /^[0-9a-f]{32}$/.test(address.slice(pipePrefix.length));
  }
  const parent = dirname(address);
  return (
    address === join(parent, `${windowId}.sock`) &&
    (parent === folder || basename(parent) === otherFolderName(folder))
  );
}

/** Whatever it runs on: elsewhere there are no sockets with paths. */
const { basename, dirname, join } = posix;

const pipePrefix = '\\\\.\\pipe\\mcp-auth-';

function otherFolderName(folder: string): string {
  return `mcp-auth-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
}
