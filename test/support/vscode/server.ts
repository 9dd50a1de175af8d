import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnvironment } from './environment.ts';
import type { CodeServer } from './install.ts';
import { type LoggedProcess, startLogged } from './loggedProcess.ts';
import { quietSettings, type Settings, writeSettings } from './settings.ts';

/** A VS Code that answers HTTP on this machine. */
export interface RunningServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  readonly process: LoggedProcess;
  close(): Promise<void>;
}

/** What both ways of running VS Code need to know. */
export interface ServerOptions {
  readonly codeServer: CodeServer;
  /** An empty folder: becomes the home folder and holds all data of this VS Code. */
  readonly home: string;
  /** What it prints goes to this file. */
  readonly logFile: string;
  /** Added to the environment of the server and so of its extension hosts. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the quiet user settings. */
  readonly settings?: Settings;
}

/** What only code-server, the product as a user has it, takes. */
export interface CodeServerOptions extends ServerOptions {
  /** The packaged extension to install first. */
  readonly vsix?: string;
  /** False leaves workspace trust on: a folder is then opened in restricted mode. */
  readonly trusted?: boolean;
  /** Of VS Code and of every extension's log. */
  readonly logLevel?: 'info' | 'trace';
  /** 0 takes any free port. */
  readonly port?: number;
}

/** Where code-server keeps user data below `home`. */
export function userDataDirectory(home: string): string {
  return join(home, 'user-data');
}

/** Starts VS Code's server so that it runs a test suite inside its extension host (see hostPage.ts). */
export async function startVsCodeServer(options: ServerOptions): Promise<RunningServer> {
  await mkdir(temporaryDirectory(options.home), { recursive: true });
  const data = join(options.home, 'server-data');
  await writeSettings(join(data, 'data', 'Machine', 'settings.json'), {
    ...quietSettings,
    ...options.settings,
  });
  return listen(
    startLogged({
      ...launch(options),
      args: [
        options.codeServer.serverMain,
        '--host=127.0.0.1',
        '--port=0',
        '--without-connection-token',
        '--accept-server-license-terms',
        `--server-data-dir=${data}`,
        '--enable-smoke-test-driver',
        '--telemetry-level=off',
        '--disable-workspace-trust',
      ],
    }),
    /Extension host agent listening on (\d+)/,
  );
}

/** Starts code-server with its own user data and extensions, after installing the extension if one is given. */
export async function startCodeServer(options: CodeServerOptions): Promise<RunningServer> {
  await mkdir(temporaryDirectory(options.home), { recursive: true });
  await writeSettings(join(userDataDirectory(options.home), 'User', 'settings.json'), {
    ...quietSettings,
    ...options.settings,
  });
  if (options.vsix !== undefined) {
    await installExtension(options, options.vsix);
  }
  return listen(
    startLogged({
      ...launch(options),
      args: [
        ...codeServerArgs(options),
        '--auth=none',
        `--bind-addr=127.0.0.1:${options.port ?? 0}`,
        '--disable-telemetry',
        '--disable-update-check',
        '--disable-getting-started-override',
        `--log=${options.logLevel ?? 'info'}`,
        ...(options.trusted === false ? [] : ['--disable-workspace-trust']),
      ],
    }),
    /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/,
  );
}

/** VS Code leaves its sockets behind in the folder for temporary files. */
function temporaryDirectory(home: string): string {
  return join(home, 'tmp');
}

function launch(options: ServerOptions) {
  // On macOS the path of a socket must be shorter than this.
  const temporary = process.platform === 'linux' ? { TMPDIR: temporaryDirectory(options.home) } : {};
  return {
    command: options.codeServer.node,
    env: cleanEnvironment(options.home, { ...temporary, ...options.env }),
    cwd: options.home,
    logFile: options.logFile,
  };
}

function codeServerArgs(options: ServerOptions): readonly string[] {
  return [
    options.codeServer.entry,
    `--config=${join(options.home, 'config.yaml')}`,
    `--user-data-dir=${userDataDirectory(options.home)}`,
    `--extensions-dir=${join(options.home, 'extensions')}`,
  ];
}

async function installExtension(options: ServerOptions, vsix: string): Promise<void> {
  const installer = startLogged({
    ...launch(options),
    args: [...codeServerArgs(options), `--install-extension=${vsix}`, '--force'],
  });
  await installer.line(/was successfully installed/);
  await installer.ended;
}

async function listen(server: LoggedProcess, announcement: RegExp): Promise<RunningServer> {
  const port = Number((await server.line(announcement))[1]);
  return { origin: `http://127.0.0.1:${port}`, port, process: server, close: () => server.stop() };
}
