import { createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withCleanup } from '../support/cleanup.ts';
import { inProject } from '../support/paths.ts';
import { type EventChannel, listenForEvents } from '../support/report/channel.ts';
import type { TestEventSink } from '../support/report/testEvent.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { withTimeLimit } from '../support/timeLimit.ts';
import { startHandsService } from '../support/vscode/handsService.ts';
import { type HostPage, openHostPage } from '../support/vscode/hostPage.ts';
import { installCodeServer } from '../support/vscode/install.ts';
import { type RunningServer, startVsCodeServer } from '../support/vscode/server.ts';
import type { CodeServerRelease } from '../support/vscode/versions.ts';
import { buildHostSuite } from './build.ts';

const START_LIMIT_MS = 90_000;

/** How to run the host suite. */
export interface HostSuiteOptions {
  readonly release: CodeServerRelease;
  /** Added to the environment of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  readonly sink: TestEventSink;
  /** Which files, below the project. */
  readonly pattern: string;
  /** How long all of it may take. */
  readonly limitMs: number;
}

/**
 * Runs `test/host` inside the extension host of a real VS Code, on a copy of `test/fixtures/host`. Logs go to
 * `test-results/host`.
 * @throws when the suite did not come to its end; the message has the end of the server's log
 */
export async function runHostSuite(options: HostSuiteOptions): Promise<void> {
  const logs = inProject('test-results', 'host');
  await rm(logs, { recursive: true, force: true });
  await mkdir(logs, { recursive: true });
  const suite = await buildHostSuite(options.pattern);
  const codeServer = await installCodeServer(options.release);
  await withCleanup(async (defer) => {
    const temporary = await createTemporaryFolder('mcp-auth-host-');
    defer(temporary.remove);
    const home = join(temporary.path, 'home');
    await mkdir(home);
    const workspacePath = join(temporary.path, 'workspace');
    await cp(inProject('test', 'fixtures', 'host'), workspacePath, { recursive: true });

    const channel = await listenForEvents(options.sink);
    defer(channel.close);
    const opened = Promise.withResolvers<HostPage>();
    const hands = await startHandsService(async (deed) => {
      const seen = await opened.promise;
      return await seen.act(deed).catch(async (error: unknown) => {
        await seen.screenshot(join(logs, `${deed.do}.png`));
        throw error;
      });
    });
    defer(hands.close);
    const env = { ...options.env, ...channel.env, ...hands.env };
    // Of extensions in development, VS Code takes one only in a page; it finds the other one installed.
    const installed = join(home, 'server-data', 'extensions', 'mcp-auth-tests.caller-1.0.0');
    await cp(suite.callerPath, installed, { recursive: true });
    const server = await startVsCodeServer({ codeServer, home, logFile: join(logs, 'server.log'), env });
    defer(() => keepLogs(home, join(logs, 'vscode')));
    defer(server.close);
    const windowLog = createWriteStream(join(logs, 'window.log'));
    defer(() => void windowLog.end());
    const log = (line: string) => windowLog.write(`${line}\n`);
    const page = await openHostPage({
      server,
      ...suite,
      workspacePath: join(workspacePath, 'host.code-workspace'),
      log,
    });
    defer(page.close);
    opened.resolve(page);
    try {
      await waitForEnd(options.limitMs, { channel, page, server });
    } catch (error) {
      // The page may be the very thing that is gone.
      await page.screenshot(join(logs, 'window.png')).catch(() => undefined);
      throw new Error(`The end of ${server.process.logFile}:\n${server.process.tail()}`, { cause: error });
    }
  });
}

interface Run {
  readonly channel: EventChannel;
  readonly page: HostPage;
  readonly server: RunningServer;
}

async function waitForEnd(limitMs: number, { channel, page, server }: Run): Promise<void> {
  const ended = server.process.ended.then((sentence) => {
    throw new Error(sentence);
  });
  await withTimeLimit(
    Promise.race([channel.connected, page.exitCode, ended]),
    START_LIMIT_MS,
    `VS Code did not start the host suite within ${START_LIMIT_MS / 1000} seconds.`,
  );
  await withTimeLimit(
    Promise.race([page.exitCode.then(() => channel.finished), ended]),
    limitMs,
    `The host suite did not end within ${limitMs / 60_000} minutes.`,
  );
}

async function keepLogs(home: string, target: string): Promise<void> {
  const source = join(home, 'server-data', 'data', 'logs');
  if (existsSync(source)) {
    await cp(source, target, { recursive: true });
  }
}
