import { execFile } from 'node:child_process';

/** Opens the address in the user's browser, where there is one to be seen; never through a shell. */
export function openBrowser(address: string): void {
  const opener = hasScreen() ? openers[process.platform] : undefined;
  if (opener !== undefined) {
    const [command, ...args] = opener;
    // The address is printed too: without an opener the user still gets there.
    execFile(command, [...args, address], () => undefined);
  }
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

function hasScreen(): boolean {
  const { CI, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || SSH_CONNECTION || SSH_TTY) {
    return false;
  }
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}
