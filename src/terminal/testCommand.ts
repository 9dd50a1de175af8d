import { parseOutcomeAnswer } from '../node/ipc/windowMessage.ts';
import type { Arguments } from './arguments.ts';
import { callForPerson } from './callForPerson.ts';
import type { ExitCode } from './exitCode.ts';
import { reportOutcomes } from './outcome.ts';
import type { Person } from './person.ts';

/** `mcp-auth test <server>` */
export async function runTest(given: Arguments, person: Person): Promise<ExitCode> {
  const [server = ''] = given.words;
  person.prompts.progress(`Testing the connection to ${server}…`);
  const outcome = await callForPerson(person, async (calls) =>
    parseOutcomeAnswer(await calls.test({ server })),
  );
  return reportOutcomes([outcome], person);
}
