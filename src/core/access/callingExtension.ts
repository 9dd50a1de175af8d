/** An extension that may have called. */
export interface KnownExtension {
  readonly id: string;
  /** What it calls itself. */
  readonly label: string;
  /** Absolute paths of its folder: as VS Code has it, and with links followed. */
  readonly folders: readonly string[];
}

/** How the machine at hand writes paths, and which extension is asked. */
export interface CallContext {
  readonly ownId: string;
  readonly isCaseSensitive: boolean;
}

/**
 * The extension that has called: the one of the innermost file on the call stack that belongs to any other extension
 * than the one that was called. Extensions of one host share a process, so that this tells them apart, but would not
 * stop one that wants to be taken for another. Pure.
 *
 * @param files of the call stack, the innermost first: paths or `file:` URLs
 */
export function callingExtension(
  files: readonly string[],
  extensions: readonly KnownExtension[],
  { ownId, isCaseSensitive }: CallContext,
): KnownExtension | undefined {
  const folders = extensions
    .flatMap((extension) =>
      extension.folders.map((folder) => ({ extension, prefix: `${plainPath(folder, isCaseSensitive)}/` })),
    )
    // An extension may lie within the folder of another, as one does that is being developed.
    .sort((one, other) => other.prefix.length - one.prefix.length);
  for (const file of files) {
    const path = plainPath(file, isCaseSensitive);
    const owner = folders.find(({ prefix }) => path.startsWith(prefix))?.extension;
    if (owner && owner.id.toLowerCase() !== ownId.toLowerCase()) {
      return owner;
    }
  }
  return undefined;
}

/** A path or a `file:` URL in one way of writing. */
function plainPath(text: string, isCaseSensitive: boolean): string {
  const path = /^file:\/\//i.test(text) ? fromFileUrl(text) : text;
  // A backslash separates on Windows only, where paths begin with a drive or a server.
  const slashed = /^(?:[a-z]:[\\/]|\\\\)/i.test(path) ? path.replaceAll('\\', '/') : path;
  const trimmed = slashed.replace(/\/+$/, '');
  return isCaseSensitive ? trimmed : trimmed.toLowerCase();
}

function fromFileUrl(text: string): string {
  if (!URL.canParse(text)) {
    return text;
  }
  const { hostname, pathname } = new URL(text);
  const path = decode(pathname);
  if (hostname !== '') {
    return `//${hostname}${path}`;
  }
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
