import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, with a trailing separator. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** An absolute path inside the project. */
export function inProject(...segments: readonly string[]): string {
  return join(projectRoot, ...segments);
}
