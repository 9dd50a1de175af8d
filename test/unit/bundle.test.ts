import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { compileFunction } from 'node:vm';
import { type BuildOptions, type BuildResult, build } from 'esbuild';
import { bundling, terminalBundling } from '../../bundling.mjs';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { inProject, projectRoot } from '../support/paths.ts';
import { recordLog } from '../support/recordedLog.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';

/** As for users; nothing is written. */
const options = {
  absWorkingDir: projectRoot,
  outdir: 'dist',
  logLevel: 'silent',
  minify: true,
  write: false,
  metafile: true,
} as const satisfies BuildOptions;

async function bundle(entryPoints: Readonly<Record<string, string>>) {
  return await build({ ...bundling, ...options, entryPoints });
}

type Bundle = BuildResult<{ write: false; metafile: true }>;

/** What a module may name while it is loaded; using any of it then is unexpected. */
const vscode = new Proxy(
  {},
  {
    get: (_target, name) =>
      class {
        static from = () => assert.fail(`vscode.${String(name)}.from was called while loading`);
        constructor() {
          assert.fail(`vscode.${String(name)} was called while loading`);
        }
      },
  },
);

/** The folders of the packages that it holds, as package-lock.json has them. */
function packagesOf({ metafile }: Bundle): readonly string[] {
  const paths = Object.keys(metafile.inputs);
  return [...new Set(paths.flatMap((path) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))];
}

function load({ outputFiles }: Bundle): Readonly<Record<string, unknown>> {
  const require = createRequire(inProject('package.json'));
  const exports = {};
  const module = { exports };
  const stubbed = (id: string): unknown => {
    assert.ok(id === 'vscode' || isBuiltin(id), `require(${JSON.stringify(id)})`);
    return id === 'vscode' ? vscode : require(id);
  };
  compileFunction(outputFiles[0]?.text ?? '', ['exports', 'require', 'module'])(exports, stubbed, module);
  return module.exports;
}

describe('the bundle', function () {
  this.timeout(30_000);
  let built: Bundle;
  before(async () => {
    built = await bundle({ extension: 'src/extension.ts' });
  });

  it('is the one file that package.json names, built without a warning', () => {
    assert.deepEqual(built.warnings, []);
    assert.deepEqual(
      built.outputFiles.map(({ path }) => path),
      [inProject(manifest.main)],
    );
  });

  it('requires nothing but vscode and what Node brings', () => {
    const [output] = Object.values(built.metafile.outputs);
    const foreign = output?.imports
      .map(({ path }) => path)
      .filter((path) => path !== 'vscode' && !isBuiltin(path));
    assert.deepEqual(foreign, []);
  });

  it('holds nothing of the tests and nothing that is only needed for development', () => {
    const shipped = Object.entries(lock.packages).filter(([, entry]) => !('dev' in entry));
    assert.deepEqual(
      packagesOf(built).filter((name) => !shipped.some(([path]) => path === name)),
      [],
    );
    assert.deepEqual(
      Object.keys(built.metafile.inputs).filter((path) => path.startsWith('test/')),
      [],
    );
  });

  it('loads without touching VS Code, and exports activate', () => {
    const extension = load(built);
    assert.equal(typeof extension.activate, 'function');
  });
});

describe('the bundle of the terminal command', () => {
  let built: Bundle;
  before(async () => {
    built = await build({ ...options, ...terminalBundling });
  });

  it('is two files that require nothing but what Node brings, and each other', () => {
    const required = Object.values(built.metafile.outputs).map(({ imports }) =>
      imports.map(({ path }) => path).filter((path) => !isBuiltin(path)),
    );
    assert.deepEqual([built.warnings, required], [[], [['./terminalCommands.js'], []]]);
  });

  it('has a first file that does without the cryptography of Node, which takes long to load', () => {
    const [first] = Object.values(built.metafile.outputs);
    assert.equal(first?.entryPoint, 'src/terminal/main.ts');
    assert.ok(!first.imports.some(({ path }) => path === 'node:crypto'));
  });

  it('is small, and holds nothing that decides', () => {
    assert.deepEqual([...packagesOf(built)].sort(), ['node_modules/@noble/hashes', 'node_modules/birpc']);
    const [first, second] = built.outputFiles.map(({ contents }) => contents.byteLength);
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(first < 24_000 && second < 48_000, `${first} and ${second} bytes`);
    assert.deepEqual(
      Object.keys(built.metafile.inputs).filter((path) => /^src\/(?:core|vscode)\//.test(path)),
      [],
    );
  });
});

describe('the bundle of what locks', () => {
  it('leaves the file system of the extension host as it is, and locks', async () => {
    const built = await bundle({ fileLocks: 'src/node/fileLocks.ts' });
    assert.deepEqual(packagesOf(built), [
      'node_modules/retry',
      'node_modules/signal-exit',
      'node_modules/proper-lockfile',
    ]);
    const { createFileLocks } = load(built) as typeof import('../../src/node/fileLocks.ts');
    const folder = await createTemporaryFolder('mcp-auth-bundle-');
    try {
      const { log, lines } = recordLog();
      const held = await createFileLocks({ folder: folder.path, log }).run('key', () => readdir(folder.path));
      assert.equal(held.length, 1);
      assert.deepEqual(lines, []);
    } finally {
      await folder.remove();
    }
  });
});
