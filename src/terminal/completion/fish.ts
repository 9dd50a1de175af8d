import { commands } from '../commandTable.ts';
import { serverCommands, wordCommands } from './words.ts';

/** The completion for fish. */
export function fishCompletion(): string {
  const base = 'complete -c mcp-auth';
  const behind = (names: readonly string[]) => `-n '__fish_seen_subcommand_from ${names.join(' ')}'`;
  const lines = [
    `${base} -f`,
    ...commands.map(({ name, about }) => `${base} -n __fish_use_subcommand -a ${name} -d ${quote(about)}`),
    `${base} -n __fish_use_subcommand -l version`,
    `${base} -l help -s h`,
    ...commands.flatMap(({ name, options }) =>
      Object.entries(options).map(
        ([option, { short, value, about }]) =>
          `${base} ${behind([name])} -l ${option}${short ? ` -s ${short}` : ''}${value ? ' -x' : ''} -d ${quote(about)}`,
      ),
    ),
    ...wordCommands.map(({ name, words }) => `${base} ${behind([name])} -a '${words.join(' ')}'`),
    `${base} ${behind(serverCommands)} -a '(mcp-auth completion --servers 2>/dev/null)'`,
    `${base} ${behind(['run'])} -a '(__fish_complete_subcommand)'`,
  ];
  return lines.join('\n');
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
