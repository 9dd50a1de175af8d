/**
 * Packages what `npm run build` has built as dist/mcp-auth.vsix.
 *
 * vsce holds every file below its folder against every pattern, and the VS Code of the tests alone has thousands of
 * files. So it gets a folder with nothing but what .vscodeignore, an allow-list, lets through.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = join('out', 'vsix');
const allowed = readFileSync('.vscodeignore', 'utf8')
  .split(/\r?\n/)
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

rmSync(folder, { recursive: true, force: true });
for (const path of ['.vscodeignore', ...globSync(allowed)]) {
  cpSync(path, join(folder, path), { recursive: true });
}
const vsce = resolve('node_modules', '@vscode', 'vsce', 'vsce');
const out = resolve('dist', 'mcp-auth.vsix');
const options = [
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  out,
];
execFileSync(process.execPath, [vsce, 'package', ...options], { cwd: folder, stdio: 'inherit' });
