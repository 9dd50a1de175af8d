import { parseOutcomeAnswer } from '../node/ipc/windowMessage.ts';
import type { Arguments } from './arguments.ts';
import { callForPerson } from './callForPerson.ts';
import type { ExitCode } from './exitCode.ts';
import { reportOutcomes } from './outcome.ts';
import type { Person } from './person.ts';

/** `mcp-auth refresh <server>` */
export async function runRefresh(given: Arguments, person: Person): Promise<ExitCode> {
  const [server = ''] = given.words;
  person.prompts.progress(`Getting a new token for ${server}…`);
  const outcome = await callForPerson(person, async (calls) =>
    parseOutcomeAnswer(await calls.refresh({ server })),
  );
  return reportOutcomes([outcome], person);
}
