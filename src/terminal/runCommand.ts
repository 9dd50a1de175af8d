import { basename } from 'node:path';
import { CommandError } from '../node/ipc/commandError.ts';
import type { Caller, HeadersAnswer } from '../node/ipc/terminalCalls.ts';
import { parseHeadersAnswer, parseNamesAnswer } from '../node/ipc/windowMessage.ts';
import type { Arguments } from './arguments.ts';
import { findCaller } from './caller.ts';
import { callForPerson } from './callForPerson.ts';
import { namesakes, parseVariable, tokenOf, type Variables, variablesOf } from './credentialVariables.ts';
import type { Person } from './person.ts';
import { runChild } from './runChild.ts';
import { withVariables } from './withVariables.ts';

/** `mcp-auth run [--server NAME]... [--env VARIABLE=NAME]... -- <command> [argument]...` */
export async function runRun(given: Arguments, person: Person): Promise<number> {
  const [command = '', ...rest] = given.words;
  // It is the command that gets the credentials, whoever has started this.
  const caller = { program: findCaller({}).program, parent: basename(command).slice(0, 100) };
  const variables = await chosenVariables(given, { caller, person });
  person.dispose();
  return await runChild(command, rest, withVariables(process.env, variables));
}

interface Asking {
  readonly caller: Caller;
  readonly person: Person;
}

/** @throws CommandError where a server has no credential that was named */
async function chosenVariables(given: Arguments, asking: Asking): Promise<Variables> {
  const named = given.values('env').map(parseVariable);
  const servers = given.values('server');
  for (const [server, other] of namesakes(servers)) {
    throw new CommandError('usage', wouldMix(server, other));
  }
  const variables: Record<string, string> = {};
  for (const server of servers) {
    Object.assign(variables, variablesOf(server, (await headersOf(server, asking)).headers));
  }
  for (const { variable, server } of named) {
    variables[variable] = tokenOf(server, (await headersOf(server, asking)).headers);
  }
  return named.length + servers.length > 0 ? variables : await allVariables(asking);
}

/** Those of all servers that have a credential now. */
async function allVariables(asking: Asking): Promise<Variables> {
  const names = await callForPerson(asking.person, async (calls) => parseNamesAnswer(await calls.names()));
  const variables: Record<string, string> = {};
  const taken: string[] = [];
  for (const server of names) {
    try {
      const found = variablesOf(server, (await headersOf(server, asking)).headers);
      taken.push(server);
      const other = namesakes(taken).get(server);
      if (other === undefined) {
        Object.assign(variables, found);
      } else {
        asking.person.warn(wouldMix(server, other));
      }
    } catch (error) {
      if (!(error instanceof CommandError) || fatal.has(error.code)) {
        throw error;
      }
      if (!expected.has(error.code)) {
        asking.person.warn(error.message);
      }
    }
  }
  return variables;
}

const wouldMix = (server: string, other: string) =>
  `${JSON.stringify(server)} would have the variables of ${JSON.stringify(other)}: name one for it, by --env.`;

const fatal: ReadonlySet<string> = new Set(['cancelled', 'no_window', 'window_gone']);

/** Says only that a server has no credential of this kind now. */
const expected: ReadonlySet<string> = new Set([
  'credential_bound',
  'no_authentication_needed',
  'not_authenticated',
  'session_expired',
  'unknown_server',
]);

/** Milliseconds for the person to allow it: a script has nobody who waits. */
const patience = { person: 60_000, nobody: 5000 } as const;

async function headersOf(server: string, { caller, person }: Asking): Promise<HeadersAnswer> {
  person.prompts.progress(`Waiting for the credential of ${server}…`);
  const request = { server, caller, patience: person.isThere ? patience.person : patience.nobody };
  return await callForPerson(person, async (calls) => parseHeadersAnswer(await calls.headers(request)));
}
