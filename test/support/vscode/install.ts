import { existsSync, rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from '../npm.ts';
import { inProject } from '../paths.ts';
import { type CodeServerRelease, CURRENT_RELEASE } from './versions.ts';

/** A VS Code on this machine, as the npm package code-server carries it. */
export interface CodeServer {
  readonly version: string;
  /** The Node to run it with. */
  readonly node: string;
  /** code-server's own command: the product as a user has it. */
  readonly entry: string;
  /** VS Code's server without code-server around it: for tests inside the extension host. */
  readonly serverMain: string;
}

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
/** The last thing an installation writes. Counts up when what we do to the files changes. */
const COMPLETE = 'complete-1';

/**
 * Installs code-server into `.vscode-test/`, once; later calls return at once. About 20 s and 600 MB.
 * @param log gets one line for each step
 */
export async function installCodeServer(
  release: CodeServerRelease = CURRENT_RELEASE,
  log: (line: string) => void = console.log,
): Promise<CodeServer> {
  const home = inProject('.vscode-test', `code-server-${release.version}`);
  if (!existsSync(join(home, COMPLETE))) {
    await install(release, home, log);
  }
  const root = join(home, 'node_modules', 'code-server');
  return {
    version: release.version,
    node: release.node === undefined ? process.execPath : nodeIn(home),
    entry: join(root, 'out', 'node', 'entry.js'),
    serverMain: join(root, 'lib', 'vscode', 'out', 'server-main.js'),
  };
}

async function install(
  { version, node }: CodeServerRelease,
  home: string,
  log: (line: string) => void,
): Promise<void> {
  await mkdir(inProject('.vscode-test'), { recursive: true });
  const staging = await mkdtemp(`${home}-`);
  const discard = () => rmSync(staging, { recursive: true, force: true });
  process.once('exit', discard);
  try {
    await writeFile(join(staging, 'package.json'), '{"private":true}');
    log(`Installing VS Code for the tests: code-server ${version} (1/3) …`);
    const packages = [`code-server@${version}`, ...(node === undefined ? [] : [`${nodePackage()}@${node}`])];
    await npm(staging, ['install', ...packages, ...QUIET]);
    const vscode = join(staging, 'node_modules', 'code-server', 'lib', 'vscode');
    await useBinaries(vscode);
    log('Installing VS Code for the tests: the packages of VS Code (2/3) …');
    await npm(vscode, ['install', '--omit=dev', ...QUIET]);
    log('Installing VS Code for the tests: the packages of its built-in extensions (3/3) …');
    await npm(join(vscode, 'extensions'), ['install', '--omit=dev', ...QUIET]);
    await putStandIns(vscode);
    await writeFile(join(staging, COMPLETE), '');
    // Another process may have finished the same installation in the meantime.
    if (!existsSync(join(home, COMPLETE))) {
      await rm(home, { recursive: true, force: true });
      await rename(staging, home);
    }
  } finally {
    discard();
    process.off('exit', discard);
  }
}

/** The npm package with the Node binary for this machine; the package `node` would choose it in an install script. */
function nodePackage(): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform}-${process.arch}`;
}

function nodeIn(home: string): string {
  return join(home, 'node_modules', nodePackage(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

interface PackageList {
  dependencies?: Record<string, string>;
  packages?: Record<string, { dependencies?: Record<string, string> }>;
}

/**
 * What older versions take without binaries, and which version of it the registry has with them: VS Code up to 1.109 takes
 * @parcel/watcher from GitHub, and the node-pty of 1.105 would have to be built.
 */
const withBinaries = [
  { name: '@parcel/watcher', lacksBinaries: /#/, version: '2.5.1' },
  { name: 'node-pty', lacksBinaries: /^1\.1\./, version: '1.2.0-beta.15' },
] as const;

async function useBinaries(vscode: string): Promise<void> {
  const manifestFile = join(vscode, 'package.json');
  const lockFile = join(vscode, 'npm-shrinkwrap.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as PackageList;
  const lock = JSON.parse(await readFile(lockFile, 'utf8')) as PackageList;
  const lists = [manifest.dependencies, lock.packages?.['']?.dependencies];
  const lacking = withBinaries.filter(({ name, lacksBinaries }) =>
    lacksBinaries.test(manifest.dependencies?.[name] ?? ''),
  );
  for (const { name, version } of lacking) {
    for (const list of lists) {
      Object.assign(list ?? {}, { [name]: version });
    }
    delete lock.packages?.[`node_modules/${name}`];
  }
  if (lacking.length > 0) {
    await writeFile(manifestFile, JSON.stringify(manifest, null, 2));
    await writeFile(lockFile, JSON.stringify(lock, null, 2));
  }
}

/** Plain JavaScript in the place of two native modules, so that no compiler is needed. */
async function putStandIns(vscode: string): Promise<void> {
  const standIns = [
    ['@vscode/spdlog', 'spdlog.cjs'],
    ['@vscode/native-watchdog', 'watchdog.cjs'],
    ['native-watchdog', 'watchdog.cjs'],
  ] as const;
  for (const [name, standIn] of standIns) {
    const main = join(vscode, 'node_modules', name, 'index.js');
    if (existsSync(main)) {
      await copyFile(inProject('test', 'support', 'vscode', 'standIns', standIn), main);
    }
  }
  // Older versions look for some files (ripgrep, oniguruma) under this name only.
  if (process.platform !== 'win32') {
    await symlink('node_modules', join(vscode, 'node_modules.asar'));
  }
}
