import { glob, rm } from 'node:fs/promises';
import Mocha from 'mocha';
import { packageExtension } from '../support/packageExtension.ts';
import { inProject, projectRoot } from '../support/paths.ts';
import ResultReporter from '../support/report/mochaReporter.ts';
import { runMain } from '../support/runMain.ts';
import { installCodeServer } from '../support/vscode/install.ts';
import { openPages } from './harness/browser.ts';
import { saveScreenshot } from './harness/screenshot.ts';
import { closeSharedMachine } from './harness/sharedMachine.ts';
import { closeSharedWindow } from './harness/sharedWindow.ts';

/** Runs `test/e2e` against the packaged extension; arguments select files by a part of their path. */
async function main(): Promise<number> {
  const selection = process.argv.slice(2);
  await rm(inProject('test-results', 'e2e'), { recursive: true, force: true });
  await installCodeServer();
  console.log('Packaging the extension …');
  await packageExtension();

  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 120_000,
    forbidOnly: true,
    forbidPending: true,
    // The steps of a journey build on each other: what follows a failure says nothing.
    bail: true,
    reporter: ResultReporter,
    rootHooks: { afterEach: pictureFailure, afterAll: closeAll },
  });
  for await (const file of glob('test/e2e/**/*.e2e.ts', { cwd: projectRoot })) {
    if (selection.length === 0 || selection.some((part) => file.includes(part))) {
      mocha.addFile(inProject(file));
    }
  }
  mocha.files.sort();
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  return failures === 0 ? 0 : 1;
}

async function pictureFailure(this: Mocha.Context): Promise<void> {
  const test = this.currentTest;
  if (test?.state !== 'failed') {
    return;
  }
  for (const page of openPages()) {
    console.log(await saveScreenshot(page, `failed ${test.title}`.replace(/\W+/g, '-')));
  }
  await closeSharedWindow();
}

async function closeAll(): Promise<void> {
  await closeSharedWindow();
  await closeSharedMachine();
}

runMain(main);
