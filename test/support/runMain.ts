import { describeError } from './report/mochaEvents.ts';

/**
 * Runs a script and ends the process with the exit code it resolves with; 1 if it throws.
 *
 * Ending goes through `process.exit`, so that every 'exit' listener runs: those take down the processes that were
 * started. For the same reason the signals that end a process call it, unless the script answers them itself.
 */
export function runMain(script: () => Promise<number>, signals: 'exit' | 'script' = 'exit'): void {
  if (signals === 'exit') {
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    process.once('SIGHUP', () => process.exit(129));
  }
  script().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(describeError(error));
      process.exit(1);
    },
  );
}
