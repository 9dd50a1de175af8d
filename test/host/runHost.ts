import { createSuiteReport } from '../support/report/suiteReport.ts';
import { runMain } from '../support/runMain.ts';
import { CURRENT_RELEASE, FLOOR_RELEASE } from '../support/vscode/versions.ts';
import { runHostSuite } from './hostSuite.ts';
import { startHostServices, startSoakServices } from './services.ts';

const MINUTE_MS = 60_000;

/**
 * Runs `test/host` in VS Code: the newest one, with `--floor` the oldest that package.json promises. With `--soak`
 * what takes long instead, for as many minutes as MCP_AUTH_SOAK_MINUTES says. A word runs only the files whose names
 * contain it.
 */
async function main(): Promise<number> {
  const report = createSuiteReport();
  const word = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
  const isSoak = process.argv.includes('--soak');
  const services = await (isSoak ? startSoakServices() : startHostServices());
  const crash = await runHostSuite({
    release: process.argv.includes('--floor') ? FLOOR_RELEASE : CURRENT_RELEASE,
    env: services.env,
    sink: report.sink,
    ...(isSoak
      ? { pattern: 'test/host/**/*.soak.ts', limitMs: 60 * MINUTE_MS }
      : { pattern: `test/host/**/*${word}*.test.ts`, limitMs: 10 * MINUTE_MS }),
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await services.close();
  return report.finish(crash);
}

runMain(main);
