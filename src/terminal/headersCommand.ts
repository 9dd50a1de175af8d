import { writeSync } from 'node:fs';
import { callWindow } from '../node/ipc/callWindow.ts';
import { CommandError } from '../node/ipc/commandError.ts';
import type { HeadersAnswer, TerminalPrompts } from '../node/ipc/terminalCalls.ts';
import { parseHeadersAnswer } from '../node/ipc/windowMessage.ts';
import { type Arguments, parseArguments } from './arguments.ts';
import { findCaller } from './caller.ts';
import { exitCodeFor } from './exitCode.ts';
import { headersArguments } from './headersOptions.ts';
import { printable, printableJson } from './printable.ts';
import { workingFolder } from './workingFolder.ts';

/** In milliseconds. Claude Code and Codex give a helper 10 seconds. */
const limits = { person: 5000, all: 8000 } as const;

/** Nobody is asked anything, and nothing is told: a helper's terminal belongs to the client that runs it. */
const silence: TerminalPrompts = {
  progress: () => undefined,
  show: () => undefined,
  ask: async () => undefined,
};

/**
 * Prints the credential headers of a server as one JSON object, and ends the process. Whatever goes wrong, it prints
 * `{}` and ends well, so that the client that runs it goes on with its own login; the reason is on stderr. Only
 * `--strict` ends with an exit code instead.
 */
export async function runHeaders(given: readonly string[]): Promise<void> {
  const isStrict = given.includes('--strict');
  const fail = (error: unknown) => {
    tell(error instanceof CommandError ? error.message : `Unexpected: ${String(error)}`);
    const code = exitCodeFor(error instanceof CommandError ? error.code : 'unexpected');
    isStrict ? process.exit(code) : finish('{}');
  };
  process.on('uncaughtException', fail);
  setTimeout(() => fail(new CommandError('timeout', 'VS Code did not answer in time.')), limits.all);
  try {
    const { headers } = await askForHeaders(parseArguments(given, headersArguments));
    finish(printableJson(headers));
  } catch (error) {
    fail(error);
  }
}

async function askForHeaders(given: Arguments): Promise<HeadersAnswer> {
  const { env } = process;
  const { CLAUDE_CODE_MCP_SERVER_NAME: claudeServer, CLAUDE_CODE_MCP_SERVER_URL: claudeUrl } = env;
  const server = given.words[0] ?? claudeServer;
  const url = given.value('url') ?? claudeUrl;
  if (!server && !url) {
    throw new CommandError('usage', 'Which server? Give its name: mcp-auth headers <server>');
  }
  const claim = given.value('as');
  if (claim !== undefined && claim !== 'claude' && claim !== 'codex') {
    throw new CommandError('usage', '--as is for "claude" or "codex".');
  }
  const choice = { ...(server ? { server } : {}), ...(url ? { url } : {}) };
  const request = { ...choice, caller: findCaller(env, claim), patience: limits.person };
  return await callWindow(async (calls) => parseHeadersAnswer(await calls.headers(request)), {
    env,
    workingFolder: workingFolder(),
    prompts: silence,
    warn: tell,
  });
}

/** Ends the process when the reader has taken what is printed, or is gone. */
function finish(json: string): void {
  process.stdout.once('error', () => process.exit(0));
  process.stdout.write(`${json}\n`, () => process.exit(0));
}

function tell(sentence: string): void {
  try {
    writeSync(2, `mcp-auth: ${printable(sentence)}\n`);
  } catch {
    // Nobody reads it.
  }
}
