import { existsSync } from 'node:fs';
import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { bundling, terminalBundling } from '../../bundling.mjs';
import { inProject, projectRoot } from '../support/paths.ts';

/** What VS Code needs to run the host suite. */
export interface HostSuite {
  /** The folder of the extension under test. */
  readonly extensionPath: string;
  /** The folder of another extension, which calls it. */
  readonly callerPath: string;
  /** The module whose `run` runs all tests. */
  readonly testsPath: string;
}

const SHARED: BuildOptions = {
  ...bundling,
  sourcemap: 'linked',
  logLevel: 'warning',
};

/**
 * Builds the host suite into `out/host`: the extension, staged with the package.json that users get, and one bundle
 * of all tests that match a pattern. The packages that tests import stay outside of the bundle and come from node_modules.
 */
export async function buildHostSuite(pattern: string): Promise<HostSuite> {
  const out = inProject('out', 'host');
  const extensionPath = join(out, 'extension');
  const callerPath = join(out, 'caller');
  const testsPath = join(out, 'tests', 'index.cjs');
  await rm(out, { recursive: true, force: true });
  await mkdir(extensionPath, { recursive: true });
  await stageManifest(extensionPath);
  await cp(inProject('test', 'fixtures', 'caller'), callerPath, { recursive: true });
  await build({
    ...SHARED,
    entryPoints: [inProject('test', 'host', 'extension.ts')],
    outfile: join(extensionPath, 'dist', 'extension.js'),
  });
  await build({
    ...SHARED,
    ...terminalBundling,
    absWorkingDir: projectRoot,
    outdir: join(extensionPath, 'dist'),
  });
  await build({
    ...SHARED,
    entryPoints: [inProject('test', 'host', 'index.ts')],
    outfile: testsPath,
    packages: 'external',
    plugins: [await suitesOf(pattern)],
  });
  return { extensionPath, callerPath, testsPath };
}

async function stageManifest(extensionPath: string): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile(inProject('package.json'), 'utf8'));
  await writeFile(join(extensionPath, 'package.json'), JSON.stringify(manifest, null, 2));
  for (const folder of ['media', 'schemas']) {
    if (existsSync(inProject(folder))) {
      await cp(inProject(folder), join(extensionPath, folder), { recursive: true });
    }
  }
}

async function suitesOf(pattern: string): Promise<Plugin> {
  const files: string[] = [];
  for await (const file of glob(pattern, { cwd: projectRoot })) {
    files.push(file.replaceAll('\\', '/'));
  }
  const entries = files.sort().map((file) => {
    const name = JSON.stringify(file);
    return `{ file: ${name}, load: () => { require(${JSON.stringify(`./${file}`)}); } },`;
  });
  return {
    name: 'host-suites',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^host-suites$/ }, ({ path }) => ({ path, namespace: 'host-suites' }));
      onLoad({ filter: /.*/, namespace: 'host-suites' }, () => ({
        contents: `export const suites = [\n${entries.join('\n')}\n];`,
        resolveDir: projectRoot,
      }));
    },
  };
}
