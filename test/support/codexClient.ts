import { readFile } from 'node:fs/promises';
import { readToml } from '../../src/core/config/readToml.ts';
import { runHelper } from './runHelper.ts';

/** Where Codex finds a server, and what it is started in. */
export interface CodexStart {
  /** A `config.toml`. */
  readonly file: string;
  /** The name of its table. */
  readonly table: string;
  readonly cwd: string;
  /** That of the terminal. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A server as Codex reaches it. */
export interface CodexServer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** All that Codex leaves of an environment (mcp-json-facts §2). */
const left = ['HOME', 'PATH', 'PWD', 'USER'];

/** What no shell of Windows starts without. */
const needed = process.platform === 'win32' ? ['SystemRoot', 'ComSpec', 'PATHEXT', 'USERPROFILE'] : [];

/** What Codex makes of a server: the helper is run by a shell in the folder, in an environment that is all but empty. */
export async function codexServer({ file, table, cwd, environment }: CodexStart): Promise<CodexServer> {
  const config = readToml(await readFile(file, 'utf8')) as {
    readonly mcp_servers?: Readonly<
      Record<string, { readonly url?: unknown; readonly http_headers_helper?: unknown }>
    >;
  };
  const { url, http_headers_helper: command } = config.mcp_servers?.[table] ?? {};
  if (typeof url !== 'string') {
    throw new Error(`Codex knows no server ${table}.`);
  }
  const env = Object.fromEntries(
    Object.entries(environment).filter(([name]) => [...left, ...needed].includes(name)),
  );
  const headers =
    typeof command === 'string'
      ? await runHelper({ command, cwd, env: { ...env, PWD: cwd }, maxBuffer: 65_536 })
      : {};
  return { url, headers };
}
