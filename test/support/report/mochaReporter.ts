import Mocha, { type Runner } from 'mocha';
import { observeMocha } from './mochaEvents.ts';
import { createSpecPrinter } from './specPrinter.ts';
import { createResultCollector, summaryLine, writeResult } from './suiteResult.ts';

/** The reporter for mocha in a Node process of ours: prints like `spec`, then `N passed, N failed`, and writes the result file. */
export default class ResultReporter extends Mocha.reporters.Base {
  constructor(runner: Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const print = createSpecPrinter((line) => console.log(line));
    const collector = createResultCollector();
    observeMocha(runner, (event) => {
      print(event);
      collector.sink(event);
      if (event.type === 'end') {
        const result = collector.result();
        writeResult(result);
        console.log(summaryLine(result));
      }
    });
  }
}
