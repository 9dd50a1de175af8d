import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The home folder of this user by the given environment, as `homedir` of the window has it. On Windows `HOME` is only
 * what Git Bash and its like make of it.
 */
export function homeFolder(env: Variables, platform: NodeJS.Platform = process.platform): string {
  const isWindows = platform === 'win32';
  const { HOME: home = '', USERPROFILE: profile = '' } = env;
  const path = isWindows ? profile : home;
  return (isWindows ? win32 : posix).isAbsolute(path) ? path : homedir();
}
