import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What {@link writeStandInCommand} answers: headers for exactly this server. */
export interface StandInAnswer {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Writes a stand-in for `mcp-auth`, which knows one server: `headers [name] [--url U]`, else what Claude Code tells it.
 * Prints `{}` for any other. Says in `<folder>/runs.jsonl` how it was run.
 *
 * @returns the absolute path of the command
 */
export async function writeStandInCommand(folder: string, answer: StandInAnswer): Promise<string> {
  await mkdir(folder, { recursive: true });
  const script = join(folder, 'stand-in.cjs');
  await writeFile(
    script,
    `const answer = ${JSON.stringify(answer)};
const { appendFileSync } = require('node:fs');
const [command, ...words] = process.argv.slice(2);
const at = (flag) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
const name = /^--/.test(words[0] ?? '--') ? process.env.CLAUDE_CODE_MCP_SERVER_NAME : words[0];
const url = at('--url') ?? process.env.CLAUDE_CODE_MCP_SERVER_URL;
const run = { words: process.argv.slice(2), env: process.env, cwd: process.cwd() };
appendFileSync(${JSON.stringify(join(folder, 'runs.jsonl'))}, JSON.stringify(run) + '\\n');
const fits = command === 'headers' && url === answer.url && (name === undefined || name === answer.name);
process.stdout.write(JSON.stringify(fits ? answer.headers : {}));
`,
  );
  const isWindows = process.platform === 'win32';
  const path = join(folder, isWindows ? 'mcp-auth.cmd' : 'mcp-auth');
  const text = isWindows
    ? `@"${process.execPath}" "${script}" %*\r\n`
    : `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`;
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}
