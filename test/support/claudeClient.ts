import { readFile } from 'node:fs/promises';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { scrubEnvironment, withoutValues } from '../../src/core/credential/scrubEnvironment.ts';
import { connectMcp } from './connectMcp.ts';
import { runHelper } from './runHelper.ts';

/** Where Claude Code finds an entry, and what it is started in. */
export interface ClaudeStart {
  /** A `.mcp.json` or a `~/.claude.json`. */
  readonly file: string;
  readonly name: string;
  /** The key in `projects`, for an entry of local scope. */
  readonly project?: string;
  /** The folder that it is started in. */
  readonly cwd: string;
  /** That of the terminal. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A server as Claude Code reaches it. */
export interface ClaudeServer {
  readonly url: string;
  /** What is sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether its own sign-in is still possible: only where no `Authorization` is configured or printed. */
  readonly hasOwnSignIn: boolean;
}

interface Entry {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly headersHelper?: string;
}

/**
 * What Claude Code makes of an entry (mcp-json-facts §1.1, §1.4, §1.5): strict JSON, variables expanded in URL and headers,
 * the helper run by a shell in the folder, and in an environment without secrets where the file is a `.mcp.json`.
 */
export async function claudeServer(start: ClaudeStart): Promise<ClaudeServer> {
  const { environment, name, cwd, project } = start;
  const entry = entryIn(JSON.parse(await readFile(start.file, 'utf8')), start);
  const url = expanded(entry.url, environment);
  const own = Object.fromEntries(
    Object.entries(entry.headers ?? {}).map(([key, value]) => [key, expanded(value, environment)]),
  );
  const isShared = project === undefined;
  const { variables, removedValues } = isShared
    ? scrubEnvironment(environment)
    : { variables: environment, removedValues: [] };
  const env = {
    ...(variables as Readonly<Record<string, string>>),
    CLAUDE_CODE_MCP_SERVER_NAME: withoutValues(name, removedValues),
    CLAUDE_CODE_MCP_SERVER_URL: withoutValues(url, removedValues),
  };
  const command = entry.headersHelper;
  const printed = command === undefined ? {} : await runHelper({ command, cwd, env, maxBuffer: 1_000_000 });
  const replaced = new Set(Object.keys(printed).map((key) => key.toLowerCase()));
  const headers = {
    ...Object.fromEntries(Object.entries(own).filter(([key]) => !replaced.has(key.toLowerCase()))),
    ...printed,
  };
  const hasOwnSignIn = !Object.keys(headers).some((key) => key.toLowerCase() === 'authorization');
  return { url, headers, hasOwnSignIn };
}

/** Starts Claude Code's connection to a server. Rejects where the server does not take what is sent. */
export async function connectClaude(start: ClaudeStart): Promise<Client> {
  const { url, headers } = await claudeServer(start);
  return await connectMcp(url, headers);
}

/** The file is one of the tests' own. */
function entryIn(file: unknown, { name, project }: ClaudeStart): Entry {
  const path = project === undefined ? ['mcpServers', name] : ['projects', project, 'mcpServers', name];
  const found = path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], file);
  if (found === undefined) {
    throw new Error(`Claude Code knows no server ${name}.`);
  }
  return found as Entry;
}

function expanded(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (written, name: string, otherwise?: string) => environment[name] ?? otherwise ?? written,
  );
}
