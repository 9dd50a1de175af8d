/**
 * `node test/support/bootstrap.mjs <script.ts> [args…]`: makes a fresh clone ready, then runs the script.
 *
 * Plain JavaScript without dependencies, because it runs before there are any. It installs the packages that
 * package-lock.json names, and starts the script under the Node that came with them: the VS Code of the tests
 * needs a newer Node than this project asks of a contributor's machine.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
const packages = join(projectRoot, 'node_modules');
const lockFile = join(projectRoot, 'package-lock.json');
/** A copy of the package-lock.json that node_modules was installed from. */
const installedLock = join(packages, '.mcp-auth-installed-lock.json');

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}

function packagesAreCurrent() {
  if (existsSync(installedLock)) {
    return readFileSync(installedLock, 'utf8') === readFileSync(lockFile, 'utf8');
  }
  // Somebody ran npm themselves; npm writes this file last.
  const byNpm = join(packages, '.package-lock.json');
  return existsSync(byNpm) && statSync(byNpm).mtimeMs >= statSync(lockFile).mtimeMs;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: 137 };
const PARENT_CHECK_MS = 1000;

/**
 * Runs a command to its end, passing on the signals that would end this process. npm passes signals only to the
 * shell between it and us, and that dies without a word: then the command has to end too.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} its exit code; 128 + number for a signal, as a shell reports it
 */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: projectRoot, ...options });
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of forwarded) {
      process.on(signal, forward);
    }
    const parent = process.ppid;
    const parentCheck = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), PARENT_CHECK_MS);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(parentCheck);
      for (const signal of forwarded) {
        process.off(signal, forward);
      }
      resolve(code ?? SIGNALS[signal ?? ''] ?? 1);
    });
  });
}

async function installPackages() {
  console.log('Installing the packages of package-lock.json (npm ci) …');
  // npm is a .cmd file on Windows, which only a shell can start.
  const onWindows = process.platform === 'win32';
  const code = await run(onWindows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund'], {
    shell: onWindows,
  }).catch((error) =>
    fail(`Cannot start npm: ${error.message}. Install Node 20 or newer together with npm.`),
  );
  if (code !== 0) {
    fail(`"npm ci" failed with exit code ${code}. What it printed above says why; nothing was tested.`);
  }
  writeFileSync(installedLock, readFileSync(lockFile));
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 15);
}

function findNode() {
  const shipped = join(packages, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(shipped)) {
    return shipped;
  }
  if (isNewEnough(process.versions.node)) {
    return process.execPath;
  }
  return fail(
    `The npm package "node" brought no Node for ${process.platform}-${process.arch}, and this Node is ${process.version}. Install Node 22.15 or newer.`,
  );
}

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  fail(`This is Node ${process.version}; Node 20 or newer is needed.`);
}
const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  fail('Usage: node test/support/bootstrap.mjs <script.ts> [args…]');
}
if (!packagesAreCurrent()) {
  await installPackages();
}
const node = findNode();
const path = [dirname(node), join(packages, '.bin'), process.env.PATH ?? ''].join(delimiter);
process.exitCode = await run(node, ['--import', 'tsx', script, ...args], {
  env: { ...process.env, PATH: path },
});
