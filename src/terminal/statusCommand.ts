import { parseReportAnswer } from '../node/ipc/windowMessage.ts';
import type { Arguments } from './arguments.ts';
import { callForPerson } from './callForPerson.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import type { Person } from './person.ts';
import { printable, printableJson } from './printable.ts';

/** `mcp-auth status [server] [--json]` */
export async function runStatus(given: Arguments, person: Person): Promise<ExitCode> {
  const [server] = given.words;
  return await show('status', { given, server }, person);
}

/** `mcp-auth get <server> [--json]` */
export async function runGet(given: Arguments, person: Person): Promise<ExitCode> {
  const [server] = given.words;
  return await show('get', { given, server }, person);
}

async function show(
  what: 'get' | 'status',
  { given, server }: { readonly given: Arguments; readonly server: string | undefined },
  person: Person,
): Promise<ExitCode> {
  const choice = server === undefined ? {} : { server };
  const { report, text } = await callForPerson(person, async (calls) =>
    parseReportAnswer(await (what === 'get' ? calls.get(choice) : calls.status(choice))),
  );
  person.print(given.has('json') ? printableJson(report, 2) : printable(text).trimEnd());
  return exitCode.ok;
}
