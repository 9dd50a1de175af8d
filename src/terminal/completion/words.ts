import { type CommandSpec, commands } from '../commandTable.ts';

/** The names of all commands. */
export const commandNames: readonly string[] = commands.map(({ name }) => name);

/** The options of a command, as they are typed. */
export function optionWords({ options }: CommandSpec): readonly string[] {
  const own = Object.entries(options).flatMap(([name, { short }]) => [
    `--${name}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ]);
  return [...own, '--help'];
}

/** The commands whose words are names of servers. */
export const serverCommands: readonly string[] = commands
  .filter(({ completes }) => completes === 'server')
  .map(({ name }) => name);

/** The commands whose words are among those that are known. */
export const wordCommands: readonly { readonly name: string; readonly words: readonly string[] }[] =
  commands.flatMap(({ name, completes }) =>
    completes === undefined || completes === 'server' ? [] : { name, words: completes },
  );
