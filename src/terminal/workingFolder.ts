import { parse } from 'node:path';

/** Where the command runs; where that folder has been deleted meanwhile, the root: no window is closer than another. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return parse(process.execPath).root;
  }
}
