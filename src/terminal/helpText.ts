import type { OptionSpec } from './arguments.ts';
import { type CommandSpec, commands } from './commandTable.ts';

const exitCodes = `Exit codes:
  0    done
  1    failed
  2    wrong usage
  3    no window of VS Code with MCP Auth can be reached
  4    the server needs you to sign in
  5    refused: by you, or because nobody answered, or the workspace is not trusted
  6    no window has such a server
  130  cancelled`;

const help: OptionSpec = { short: 'h', about: 'show this' };

/** What `mcp-auth --help` prints. */
export function generalHelp(): string {
  const rows = commands.map(({ name, about }) => row(name, about));
  return `The credentials of MCP servers, as VS Code holds them.

Usage: mcp-auth <command> [options]

Commands:
${rows.join('\n')}

Options:
${optionRows({ help, version: { about: 'show the version' } })}

mcp-auth <command> --help says more. It asks the window of VS Code whose terminal this is, else one that has the
working folder open, else any other one that has the server; MCPAUTH_IPC_HANDLE names the window.

${exitCodes}`;
}

/** What `--help` of one command prints. */
export function commandHelp({ name, usage, about, more, options }: CommandSpec): string {
  const paragraphs = [
    about,
    `Usage: ${usageLine({ name, usage })}`,
    ...(more === undefined ? [] : [wrap(more)]),
    `Options:\n${optionRows({ ...options, help })}`,
    exitCodes,
  ];
  return paragraphs.join('\n\n');
}

/** How a command is called, in one line. */
export function usageLine({ name, usage }: Pick<CommandSpec, 'name' | 'usage'>): string {
  return `mcp-auth ${name} ${usage}`;
}

function optionRows(options: Readonly<Record<string, OptionSpec>>): string {
  return Object.entries(options)
    .map(([name, { short, value, about }]) =>
      row(`${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`, about),
    )
    .join('\n');
}

function row(left: string, right: string): string {
  return `  ${left.padEnd(left.startsWith('-') || left.startsWith(' ') ? 26 : 12)} ${right}`;
}

/** In lines of 80 characters at most, where words allow it. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= 80) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
  }
  return lines.join('\n');
}
