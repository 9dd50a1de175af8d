import { CommandError } from '../node/ipc/commandError.ts';
import { parseOutcomeAnswer } from '../node/ipc/windowMessage.ts';
import type { Arguments } from './arguments.ts';
import { callForPerson } from './callForPerson.ts';
import type { ExitCode } from './exitCode.ts';
import { reportOutcomes } from './outcome.ts';
import type { Person } from './person.ts';

/** `mcp-auth logout <server> [-f]` */
export async function runLogout(given: Arguments, person: Person): Promise<ExitCode> {
  const [server = ''] = given.words;
  if (!given.has('force')) {
    await confirm(server, person);
  }
  person.prompts.progress(`Signing out of ${server}…`);
  const outcome = await callForPerson(person, async (calls) =>
    parseOutcomeAnswer(await calls.logout({ server })),
  );
  return reportOutcomes([outcome], person);
}

/** @throws CommandError unless the person says yes */
async function confirm(server: string, person: Person): Promise<void> {
  if (!person.isThere) {
    throw new CommandError('usage', 'There is nobody to ask whether you mean it: add --force.');
  }
  const text = `Sign out of ${server}? [y/N]`;
  const said = await person.prompts.ask({ text, isSecret: false });
  if (!/^y(es)?$/i.test(said?.trim() ?? '')) {
    throw new CommandError('cancelled', 'Nothing was changed.');
  }
}
