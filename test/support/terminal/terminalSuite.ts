import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { terminalBundling } from '../../../bundling.mjs';
import { projectRoot } from '../paths.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../temporaryFolder.ts';
import { type FakeWindow, type FakeWindowOptions, openFakeWindow } from './fakeWindow.ts';

/** What came of a run of the command. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it is run; its environment is what is said here, PATH and the home folder, and nothing else. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** The windows and the home folder of one test, and the command. */
export interface TerminalSuite {
  /** A folder that is gone after the test. */
  readonly home: string;
  /** The bundled command, as users get it. */
  readonly script: string;
  /** Where windows register, unless they say otherwise. */
  readonly folder: string;
  open(options?: Partial<FakeWindowOptions>): Promise<FakeWindow>;
  /** Runs the command. Never rejects because of its exit code. */
  run(given: readonly string[], options?: RunOptions): Promise<Run>;
  /** The environment of a terminal of this window. */
  terminalOf(window: FakeWindow): Readonly<Record<string, string>>;
}

/** Call it in a `describe`: bundles the command once, and closes all windows of a test after it. */
export function terminalSuite(): TerminalSuite {
  let bundle: TemporaryFolder | undefined;
  let home: TemporaryFolder | undefined;
  const windows: FakeWindow[] = [];

  before(async function () {
    this.timeout(30_000);
    bundle = await createTemporaryFolder('mcp-auth-bundle-');
    await bundleTerminal(bundle.path);
  });
  after(() => bundle?.remove());
  beforeEach(async () => {
    home = await createTemporaryFolder('mcp-auth-');
  });
  afterEach(async () => {
    try {
      for (const window of windows.splice(0)) {
        window.close();
      }
    } finally {
      await home?.remove();
    }
  });

  const suite: TerminalSuite = {
    get home() {
      return home?.path ?? '';
    },
    get script() {
      return join(bundle?.path ?? '', 'terminal.js');
    },
    get folder() {
      return join(suite.home, 'terminals');
    },
    async open(options = {}) {
      const window = await openFakeWindow({ folder: suite.folder, ...options });
      windows.push(window);
      return window;
    },
    run: (given, options) => runCommand([suite.script, ...given], suite.home, options),
    terminalOf: ({ handle }) => ({ MCPAUTH_IPC_HANDLE: handle }),
  };
  return suite;
}

/** Bundles the command as users get it. */
export async function bundleTerminal(folder: string): Promise<void> {
  await build({
    ...terminalBundling,
    absWorkingDir: projectRoot,
    outdir: folder,
    minify: true,
    logLevel: 'warning',
  });
}

async function runCommand(
  given: readonly string[],
  home: string,
  { env = {}, input = '', cwd = home }: RunOptions = {},
): Promise<Run> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, given, { cwd, env: { PATH, HOME: home, USERPROFILE: home, ...env } });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}
