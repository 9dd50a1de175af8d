import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { glob, mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { inProject, projectRoot } from '../support/paths.ts';
import { createSuiteReport, type SuiteReport } from '../support/report/suiteReport.ts';
import { runMain } from '../support/runMain.ts';

/** One call of the official suite. */
interface Run {
  readonly suite: string;
  readonly specVersion?: string;
  /** How many scenarios about authorization it has; the others are about MCP clients in general. */
  readonly scenarios: number;
  /** The scenarios to look at, where the suite has more than this client is about. */
  readonly only?: readonly string[];
}

const runs: readonly Run[] = [
  { suite: 'auth', scenarios: 14 },
  { suite: 'draft', scenarios: 11 },
  { suite: 'backcompat', scenarios: 2 },
  { suite: 'auth', specVersion: '2026-07-28', scenarios: 14 },
  { suite: 'extensions', scenarios: 2, only: ['dpop', 'dpop-nonce'] },
];

const checks = v.array(
  v.object({
    id: v.string(),
    status: v.string(),
    description: v.optional(v.string()),
    details: v.optional(v.unknown()),
  }),
);

/** Runs the official MCP conformance suite against client.ts: a warning is a failure. */
async function main(): Promise<number> {
  const report = createSuiteReport();
  const results = inProject('test-results', 'conformance');
  await rm(results, { recursive: true, force: true });
  await mkdir(results, { recursive: true });
  for (const run of runs) {
    const title = [`suite ${run.suite}`, run.specVersion].filter((part) => part !== undefined).join(' at ');
    report.sink({ type: 'suite', title, depth: 0 });
    const folder = join(results, title.replaceAll(' ', '-'));
    await runSuite(run, folder);
    await reportScenarios(run, title, folder, report);
  }
  report.sink({ type: 'end' });
  return report.finish();
}

async function runSuite({ suite, specVersion }: Run, folder: string): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json');
  const args = [
    'client',
    '--command',
    'node --import tsx test/conformance/client.ts',
    '--suite',
    suite,
    '-o',
    folder,
  ];
  const version = specVersion === undefined ? [] : ['--spec-version', specVersion];
  const child = spawn(process.execPath, [join(dirname(manifest), 'dist', 'index.js'), ...args, ...version], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(`${folder}.log`);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const stop = () => child.kill();
  process.once('exit', stop);
  // What it thinks of the scenarios is in its files; its exit code also counts those that are not ours.
  await once(child, 'close');
  process.off('exit', stop);
  log.end();
}

async function reportScenarios(
  run: Run,
  suite: string,
  folder: string,
  { sink }: SuiteReport,
): Promise<void> {
  const files: string[] = [];
  for await (const file of glob(join(folder, 'auth', '*', 'checks.json'))) {
    if (run.only?.includes(scenarioOf(file)) ?? true) {
      files.push(file);
    }
  }
  for (const file of files.sort()) {
    const title = scenarioOf(file);
    const found = v.parse(checks, JSON.parse(await readFile(file, 'utf8')));
    const bad = found.filter(({ status }) => status !== 'SUCCESS' && status !== 'INFO');
    if (bad.length === 0 && found.some(({ status }) => status === 'SUCCESS')) {
      sink({ type: 'passed', title, depth: 1, durationMs: 0 });
    } else {
      const text = `${bad.map((check) => JSON.stringify(check)).join('\n')}\n${dirname(file)}`;
      sink({ type: 'failed', title, depth: 1, failure: { path: [suite, title], text } });
    }
  }
  if (files.length !== run.scenarios) {
    const title = `has ${run.scenarios} scenarios about authorization`;
    sink({
      type: 'failed',
      title,
      depth: 1,
      failure: { path: [suite, title], text: `${files.length} were found` },
    });
  }
}

function scenarioOf(file: string): string {
  return basename(dirname(file)).replace(/-\d{4}-\d\d-\d\dT.*$/, '');
}

runMain(main);
