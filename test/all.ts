import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { npmCommand } from './support/npm.ts';
import { inProject, projectRoot } from './support/paths.ts';
import { RESULT_FILE, readResult, type SuiteResult, summaryLine } from './support/report/suiteResult.ts';
import { runMain } from './support/runMain.ts';

interface Suite {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly shell?: boolean;
  /** A plain command counts as one test: its exit code. Any other suite writes a result file. */
  readonly plainCommand?: boolean;
}

/** Everything `npm test` runs, cheapest first. */
const SUITES: readonly Suite[] = [
  { name: 'check', ...npmCommand, args: ['run', '--silent', 'check'], plainCommand: true },
  mocha('unit', 'test/unit/**/*.test.ts'),
  mocha('processes', '--timeout', '60000', 'test/processes/**/*.test.ts'),
  runner('conformance', 'test/conformance/runConformance.ts'),
  mocha('interop', '--timeout', '30000', 'test/interop/**/*.test.ts'),
  runner('host', 'test/host/runHost.ts'),
  runner('e2e', 'test/e2e/runE2e.ts'),
];

function mocha(name: string, ...args: readonly string[]): Suite {
  const reporter = ['--reporter', 'test/support/report/mochaReporter.ts'];
  return { name, command: process.execPath, args: ['node_modules/mocha/bin/mocha.js', ...reporter, ...args] };
}

function runner(name: string, script: string): Suite {
  return { name, command: process.execPath, args: ['--import', 'tsx', script] };
}

async function runSuite(suite: Suite): Promise<SuiteResult> {
  const resultFile = inProject('test-results', `${suite.name}.json`);
  await rm(resultFile, { force: true });
  console.log(`\n── ${suite.name} ──`);
  const code = await exitCodeOf(suite, { ...process.env, [RESULT_FILE]: resultFile });
  if (suite.plainCommand) {
    return counts(code === 0 ? 1 : 0, code === 0 ? 0 : 1);
  }
  const result = readResult(resultFile) ?? counts(0, 0);
  // A suite that crashed, or that ran nothing, has failed whatever it says.
  const crashed = (code !== 0 && result.failed === 0) || result.passed + result.failed === 0;
  return crashed ? counts(result.passed, result.failed + 1) : result;
}

async function exitCodeOf(suite: Suite, env: NodeJS.ProcessEnv): Promise<unknown> {
  const child = spawn(suite.command, suite.args, {
    cwd: projectRoot,
    env,
    stdio: 'inherit',
    shell: suite.shell ?? false,
  });
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  const [code] = await once(child, 'exit');
  process.off('exit', stop);
  return code;
}

function counts(passed: number, failed: number): SuiteResult {
  return { passed, failed, skipped: 0, failures: [] };
}

async function main(): Promise<number> {
  let passed = 0;
  let failed = 0;
  for (const suite of SUITES) {
    const result = await runSuite(suite);
    passed += result.passed;
    failed += result.failed;
  }
  console.log(`\n${summaryLine({ passed, failed })}`);
  return failed === 0 ? 0 : 1;
}

runMain(main);
