import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { buildHostSuite } from '../host/build.ts';
import { inProject } from '../support/paths.ts';
import { listenForEvents } from '../support/report/channel.ts';
import { createSuiteReport } from '../support/report/suiteReport.ts';
import { runMain } from '../support/runMain.ts';
import { createTemporaryFolder } from '../support/temporaryFolder.ts';
import { quietSettings, writeSettings } from '../support/vscode/settings.ts';

/** Runs `test/host` in the desktop's VS Code: the newest one, or the one given as the argument. */
async function main(): Promise<number> {
  // Not those below it: what they ask of the person at the window takes a page.
  const suite = await buildHostSuite('test/host/*.test.ts');
  const version = process.argv[2] ?? 'stable';
  const vscodeExecutablePath = await download(version);
  if (vscodeExecutablePath === undefined) {
    return 1;
  }
  const temporary = await createTemporaryFolder('mcp-auth-d-');
  const workspace = join(temporary.path, 'workspace');
  // Short: on macOS the path of a socket in it must not exceed 103 characters.
  const userData = join(temporary.path, 'user');
  await cp(inProject('test', 'fixtures', 'host'), workspace, { recursive: true });
  await writeSettings(join(userData, 'User', 'settings.json'), quietSettings);

  // Set in the terminal of a VS Code; it would start the tested one as a plain Node.
  delete process.env.ELECTRON_RUN_AS_NODE;
  const report = createSuiteReport();
  const channel = await listenForEvents(report.sink);
  const crash = await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: [suite.extensionPath, suite.callerPath],
    extensionTestsPath: suite.testsPath,
    extensionTestsEnv: { ...channel.env },
    launchArgs: [
      join(workspace, 'host.code-workspace'),
      `--user-data-dir=${userData}`,
      `--extensions-dir=${join(temporary.path, 'extensions')}`,
      '--disable-workspace-trust',
      '--skip-welcome',
      '--skip-release-notes',
      '--password-store=basic',
    ],
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  channel.close();
  await temporary.remove();
  return report.finish(report.failed() === 0 ? crash : undefined);
}

async function download(version: string): Promise<string | undefined> {
  try {
    return await downloadAndUnzipVSCode({ version, cachePath: inProject('.vscode-test') });
  } catch (error) {
    console.error(
      `VS Code ${version} could not be downloaded (${error instanceof Error ? error.message : String(error)}). ` +
        'The desktop suite needs the network; "npm run test:host" runs the same tests without it.',
    );
    return undefined;
  }
}

runMain(main);
