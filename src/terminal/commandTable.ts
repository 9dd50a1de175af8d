import type { ArgumentSpec, Arguments, OptionSpec } from './arguments.ts';
import type { ExitCode } from './exitCode.ts';
import { headersArguments } from './headersOptions.ts';
import type { Person } from './person.ts';

/** What carries a command out. */
export type CommandRunner = (given: Arguments, person: Person) => Promise<ExitCode | number>;

/** A command as the help, the completion and the command line know it. */
export interface CommandSpec extends ArgumentSpec {
  readonly name: string;
  /** What comes behind the name, as the help shows it. */
  readonly usage: string;
  /** One sentence. */
  readonly about: string;
  /** More sentences, for its own help. */
  readonly more?: string;
  /** What a word of it is, for the completion. */
  readonly completes?: 'server' | readonly string[];
  load(): Promise<CommandRunner>;
}

const json: OptionSpec = { about: 'print JSON' };

const jsonFormat =
  'The JSON is the same as that of "Copy Status as JSON", and described by schemas/status.schema.json in the folder of the extension: "usedBy" says who used a credential and when. A version of the extension may know more properties than another.';

/** All commands, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'status',
    usage: '[server] [--json]',
    about: 'Show where each server stands.',
    more: `For each server: its state, which credential applies, and which programs used that last. ${jsonFormat}`,
    options: { json },
    words: [0, 1],
    completes: 'server',
    load: async () => (await import('./statusCommand.ts')).runStatus,
  },
  {
    name: 'login',
    usage: '<server> [--no-browser] | --all',
    about: 'Sign in to a server, or to all that need it.',
    more: 'The sign-in page opens in the browser that VS Code uses. With --no-browser its address is shown here, and the address at which the sign-in ends is asked for.',
    options: {
      all: { about: 'sign in to every server that needs it' },
      'no-browser': { about: 'show the address, and ask for the one at which the sign-in ends' },
    },
    words: [0, 1],
    completes: 'server',
    load: async () => (await import('./loginCommand.ts')).runLogin,
  },
  {
    name: 'logout',
    usage: '<server> [-f]',
    about: 'Sign out: revoke the tokens of a server, and delete them.',
    options: { force: { short: 'f', about: 'do not ask' } },
    words: [1, 1],
    completes: 'server',
    load: async () => (await import('./logoutCommand.ts')).runLogout,
  },
  {
    name: 'refresh',
    usage: '<server>',
    about: 'Get a new token now.',
    options: {},
    words: [1, 1],
    completes: 'server',
    load: async () => (await import('./refreshCommand.ts')).runRefresh,
  },
  {
    name: 'get',
    usage: '<server> [--json]',
    about: 'Show all there is to say of a server; never a secret.',
    more: jsonFormat,
    options: { json },
    words: [1, 1],
    completes: 'server',
    load: async () => (await import('./statusCommand.ts')).runGet,
  },
  {
    name: 'test',
    usage: '<server>',
    about: 'Test the connection: send real MCP requests with the credential that applies.',
    options: {},
    words: [1, 1],
    completes: 'server',
    load: async () => (await import('./testCommand.ts')).runTest,
  },
  {
    name: 'headers',
    usage: '[server] [--url URL] [--as claude|codex] [--strict]',
    about: 'Print the credential headers of a server as JSON: a helper for Claude Code and Codex.',
    more: 'Prints one JSON object and nothing else. Where it fails it prints {} and ends with 0, so that the client goes on with its own login; the reason is on stderr. It opens no browser, waits 5 seconds at most for you to allow the use, and 8 seconds in all. Without an argument, CLAUDE_CODE_MCP_SERVER_NAME and CLAUDE_CODE_MCP_SERVER_URL say which server.',
    ...headersArguments,
    completes: 'server',
    load: async () => {
      const { runHeaders } = await import('./headersCommand.ts');
      return () => runHeaders(process.argv.slice(3)).then(() => 0);
    },
  },
  {
    name: 'run',
    usage: '[--server NAME]... [--env VARIABLE=NAME]... -- <command> [argument]...',
    about: 'Run a command with credentials in its environment, and nowhere else.',
    more: 'For each server NAME, --server sets NAME_TOKEN to its token and NAME_AUTHORIZATION to its Authorization header, in capitals and with _ for all other characters; --env sets the variable that you choose to its token. Without either, every server gets its two variables that has a credential now. The command keeps the tokens that it has been started with, also when they have expired. Signals and the exit code are passed on; nohup, for a command that is to outlive its terminal, belongs behind the --.',
    options: {
      server: { value: 'NAME', multiple: true, short: 's', about: 'set NAME_TOKEN and NAME_AUTHORIZATION' },
      env: { value: 'VARIABLE=NAME', multiple: true, short: 'e', about: 'set VARIABLE to the token of NAME' },
    },
    words: [1, Number.POSITIVE_INFINITY],
    endsAtWord: true,
    load: async () => (await import('./runCommand.ts')).runRun,
  },
  {
    name: 'completion',
    usage: 'bash|zsh|fish|powershell',
    about: 'Print a script that completes commands and servers in your shell.',
    more: 'bash: eval "$(mcp-auth completion bash)"   zsh: the same with zsh, behind compinit   fish: mcp-auth completion fish | source   PowerShell: mcp-auth completion powershell | Out-String | Invoke-Expression',
    options: { servers: { about: 'print the names of all servers instead' } },
    words: [0, 1],
    completes: ['bash', 'zsh', 'fish', 'powershell'],
    load: async () => (await import('./completionCommand.ts')).runCompletion,
  },
];
