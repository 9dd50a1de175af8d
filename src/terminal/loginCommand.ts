import { CommandError } from '../node/ipc/commandError.ts';
import { parseOutcomesAnswer } from '../node/ipc/windowMessage.ts';
import type { Arguments } from './arguments.ts';
import { callForPerson } from './callForPerson.ts';
import type { ExitCode } from './exitCode.ts';
import { reportOutcomes } from './outcome.ts';
import type { Person } from './person.ts';

/** `mcp-auth login <server> [--no-browser]`, `mcp-auth login --all` */
export async function runLogin(given: Arguments, person: Person): Promise<ExitCode> {
  const [server] = given.words;
  const all = given.has('all');
  if (all === (server !== undefined)) {
    throw new CommandError('usage', 'Name one server, or give --all.');
  }
  const noBrowser = given.has('no-browser');
  person.prompts.progress(all ? 'Signing in…' : `Signing in to ${server}…`);
  const outcomes = await callForPerson(person, async (calls) =>
    parseOutcomesAnswer(await calls.login({ ...(all ? { all } : { server }), noBrowser })),
  );
  if (outcomes.length === 0) {
    person.report(true, 'No server needs you to sign in.');
  }
  return reportOutcomes(outcomes, person);
}
