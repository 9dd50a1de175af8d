import type { ServerOutcome } from '../node/ipc/terminalCalls.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import type { Person } from './person.ts';

/** Says what came of each server, and what that comes to. */
export function reportOutcomes(outcomes: readonly ServerOutcome[], person: Person): ExitCode {
  for (const { ok, sentence } of outcomes) {
    person.report(ok, sentence);
  }
  return outcomes.every(({ ok }) => ok) ? exitCode.ok : exitCode.failed;
}
