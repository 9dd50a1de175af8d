import { version } from '../../package.json';
import { CommandError } from '../node/ipc/commandError.ts';
import { endOptions, parseArguments } from './arguments.ts';
import { type CommandSpec, commands } from './commandTable.ts';
import { exitCode, exitCodeFor } from './exitCode.ts';
import { commandHelp, generalHelp, usageLine } from './helpText.ts';
import { createPerson, type Person } from './person.ts';

/** Carries out what was typed behind `mcp-auth`, and sets the exit code of the process. Never throws. */
export async function runCommandLine(given: readonly string[]): Promise<void> {
  const person = createPerson(process.env);
  process.once('SIGINT', () => {
    person.dispose();
    process.exit(exitCode.cancelled);
  });
  // A reader that has seen enough, such as "head", ends the command without a complaint.
  process.stdout.on('error', () => process.exit(exitCode.failed));
  process.exitCode = await carryOut(given, person);
  person.dispose();
}

async function carryOut([name, ...rest]: readonly string[], person: Person): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    person.print(generalHelp());
    return exitCode.ok;
  }
  if (name === '--version') {
    person.print(version);
    return exitCode.ok;
  }
  const asked = name === 'help' ? rest[0] : name;
  const command = commands.find((one) => one.name === asked);
  if (!command) {
    return asked === undefined ? carryOut([], person) : unknownCommand(asked, person);
  }
  const given = endOptions(rest, command);
  if (name === 'help' || asksForHelp(given)) {
    person.print(commandHelp(command));
    return exitCode.ok;
  }
  return await runCommand(command, given, person);
}

async function runCommand(command: CommandSpec, rest: readonly string[], person: Person): Promise<number> {
  try {
    const given = parseArguments(rest, command);
    const run = await command.load();
    return await run(given, person);
  } catch (error) {
    if (!(error instanceof CommandError)) {
      person.warn(`Unexpected: ${String(error)}`);
      return exitCode.failed;
    }
    if (error.code !== 'cancelled') {
      person.warn(error.message);
    }
    if (error.code === 'usage') {
      person.warn(`Usage: ${usageLine(command)}`);
    }
    return exitCodeFor(error.code);
  }
}

/** What stands behind `--` is for another command. */
function asksForHelp(given: readonly string[]): boolean {
  const end = given.indexOf('--');
  return given.slice(0, end < 0 ? undefined : end).some((one) => one === '--help' || one === '-h');
}

function unknownCommand(name: string, person: Person): number {
  person.warn(`There is no command ${JSON.stringify(name)}. "mcp-auth --help" lists all.`);
  return exitCode.usage;
}
