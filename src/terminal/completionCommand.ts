import { CommandError } from '../node/ipc/commandError.ts';
import { parseNamesAnswer } from '../node/ipc/windowMessage.ts';
import type { Arguments } from './arguments.ts';
import { callForPerson } from './callForPerson.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { powershellCompletion } from './completion/powershell.ts';
import { zshCompletion } from './completion/zsh.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import type { Person } from './person.ts';
import { printable } from './printable.ts';

const scripts: ReadonlyMap<string, () => string> = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
  ['powershell', powershellCompletion],
]);

/** `mcp-auth completion bash|zsh|fish|powershell`, `mcp-auth completion --servers` */
export async function runCompletion(given: Arguments, person: Person): Promise<ExitCode> {
  if (given.has('servers')) {
    return await printServers(person);
  }
  const [shell = ''] = given.words;
  const script = scripts.get(shell);
  if (!script) {
    throw new CommandError('usage', `Which shell? One of ${[...scripts.keys()].join(', ')}.`);
  }
  person.print(script().trimEnd());
  return exitCode.ok;
}

/** One in a line. What cannot be typed is left out. */
async function printServers(person: Person): Promise<ExitCode> {
  const names = await callForPerson(person, async (calls) => parseNamesAnswer(await calls.names()));
  const typed = names.filter((name) => name !== '' && name === printable(name) && !name.includes('\n'));
  if (typed.length > 0) {
    person.print(typed.join('\n'));
  }
  return exitCode.ok;
}
