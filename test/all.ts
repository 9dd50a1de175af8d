import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { npmCommand } from './support/npm.ts';
import { inProject, projectRoot } from './support/paths.ts';
import { printFailures } from './support/report/specPrinter.ts';
import {
  RESULT_FILE,
  readResult,
  type SuiteResult,
  summaryLine,
  withFailure,
} from './support/report/suiteResult.ts';
import { runMain } from './support/runMain.ts';

interface Suite {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly shell?: boolean;
  /** A plain command counts as one test: its exit code. Any other suite writes a result file. */
  readonly plainCommand?: boolean;
}

/**
 * Everything `npm test` runs, cheapest first: stage by stage, in each stage several suites at the same time. Those that
 * drive a browser take all that two cores have.
 */
const STAGES: readonly (readonly (readonly Suite[])[])[] = [
  [[{ name: 'check', ...npmCommand, args: ['run', '--silent', 'check'], plainCommand: true }]],
  [
    [mocha('unit', 'test/unit/**/*.test.ts')],
    [
      runner('conformance', 'test/conformance/runConformance.ts'),
      mocha('interop', '--timeout', '30000', 'test/interop/**/*.test.ts'),
      mocha('processes', '--timeout', '60000', 'test/processes/**/*.test.ts'),
    ],
  ],
  [[runner('host', 'test/host/runHost.ts')]],
  [[runner('e2e', 'test/e2e/runE2e.ts')]],
];

function mocha(name: string, ...args: readonly string[]): Suite {
  const reporter = ['--reporter', 'test/support/report/mochaReporter.ts'];
  return { name, command: process.execPath, args: ['node_modules/mocha/bin/mocha.js', ...reporter, ...args] };
}

function runner(name: string, script: string): Suite {
  return { name, command: process.execPath, args: ['--import', 'tsx', script] };
}

interface NamedResult extends SuiteResult {
  readonly suite: string;
}

/** What a suite writes is shown at once where it runs alone, else when it has ended. */
type Showing = 'atOnce' | 'atTheEnd';

async function runSuite(suite: Suite, showing: Showing): Promise<SuiteResult> {
  const resultFile = inProject('test-results', `${suite.name}.json`);
  await rm(resultFile, { force: true });
  const written: string[] = [`\n── ${suite.name} ──\n`];
  const flush = () => process.stdout.write(written.splice(0).join(''));
  const code = await exitCodeOf(suite, { ...process.env, [RESULT_FILE]: resultFile }, (text) => {
    written.push(text);
    void (showing === 'atOnce' && flush());
  });
  flush();
  if (suite.plainCommand) {
    return code === 0 ? { ...nothing, passed: 1 } : withFailure(nothing, `It ended with ${code}.`);
  }
  const result = readResult(resultFile) ?? nothing;
  // A suite that crashed, or that ran nothing, has failed whatever it says.
  const crashed = (code !== 0 && result.failed === 0) || result.passed + result.failed === 0;
  return crashed ? withFailure(result, `It ended with ${code}, and says nothing of a failed test.`) : result;
}

async function exitCodeOf(
  suite: Suite,
  env: NodeJS.ProcessEnv,
  write: (text: string) => void,
): Promise<unknown> {
  const child = spawn(suite.command, suite.args, {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: suite.shell ?? false,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', write);
  }
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  const [code] = await once(child, 'close');
  process.off('exit', stop);
  return code;
}

const nothing: SuiteResult = { passed: 0, failed: 0, skipped: 0, failures: [] };

async function main(): Promise<number> {
  const results: NamedResult[] = [];
  for (const lanes of STAGES) {
    const ended = await Promise.all(
      lanes.map((suites) => runInTurn(suites, lanes.length > 1 ? 'atTheEnd' : 'atOnce')),
    );
    results.push(...ended.flat());
  }
  // Once more at the end: whoever reads the log of a failed run begins there, and may not have all of it.
  printFailures(
    results.flatMap(({ suite, failures }) =>
      failures.map(({ path, text }) => ({ path: [suite, ...path], text })),
    ),
    console.log,
  );
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  console.log(`\n${summaryLine({ passed, failed })}`);
  return failed === 0 ? 0 : 1;
}

async function runInTurn(suites: readonly Suite[], showing: Showing): Promise<readonly NamedResult[]> {
  const results: NamedResult[] = [];
  for (const suite of suites) {
    results.push({ suite: suite.name, ...(await runSuite(suite, showing)) });
  }
  return results;
}

runMain(main);
