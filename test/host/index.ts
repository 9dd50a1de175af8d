import { suites } from 'host-suites';
import Mocha from 'mocha';
import { commands } from 'vscode';
import { openChannel } from '../support/report/channel.ts';
import { observeMocha } from '../support/report/mochaEvents.ts';
import { watchUnhandledRejections } from './unhandledRejections.ts';

/** VS Code calls this inside the extension host; it rejects when a test failed. */
export async function run(): Promise<void> {
  const channel = await openChannel();
  const rejections = watchUnhandledRejections();
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 20_000,
    forbidOnly: true,
    reporter: class extends Mocha.reporters.Base {
      constructor(runner: Mocha.Runner) {
        super(runner);
        observeMocha(runner, (event) => {
          for (const failure of event.type === 'end' ? rejections.stop() : []) {
            channel.sink({ type: 'failed', title: failure.path.join(' › '), depth: 0, failure });
          }
          channel.sink(event);
        });
      }
    },
  });
  // A list of notifications that grows from test to test has some that nobody can press: they lie below its title.
  mocha.suite.afterEach(async () => {
    await commands.executeCommand('notifications.clearAll');
  });
  for (const { file, load } of suites) {
    mocha.suite.emit('pre-require', globalThis, file, mocha);
    load();
    mocha.suite.emit('require', {}, file, mocha);
    mocha.suite.emit('post-require', globalThis, file, mocha);
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  await channel.close();
  if (failures > 0) {
    throw new Error(`${failures} tests failed`);
  }
}
