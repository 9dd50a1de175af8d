import { AuthError } from '../errors.ts';
import {
  helperKey,
  isSameServer,
  isTable,
  proven,
  readConfig,
  serverIn,
  type Table,
  type TomlReader,
  withServer,
} from './codexConfig.ts';
import { isCodexHelper } from './helperCommand.ts';

/** A server as Codex's configuration is to have it. */
export interface CodexServer {
  /** {@link codexTable} of its name. */
  readonly table: string;
  readonly url: string;
  /** The command that prints its headers. */
  readonly helper: string;
}

/** The table of a server, as it is added. */
export function codexText({ table, url, helper }: CodexServer, eol = '\n'): string {
  const lines = [`[mcp_servers.${table}]`, `url = ${tomlString(url)}`, helperLine(helper)];
  return lines.join(eol);
}

/**
 * The text of a `config.toml` whose server gets its headers from a command: one that Codex knows already by a line more,
 * any other by a table at the end. Nothing else changes, which is proven by reading the result.
 *
 * @throws AuthError `invalid_definition` for a file that is no TOML, or where Codex has something else by this name
 */
export function wireCodex(text: string, server: CodexServer, read: TomlReader): string {
  const before = readConfig(text, read);
  const known = serverIn(before, server.table);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (known === undefined) {
    const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
    const end = text === '' || text.endsWith('\n') ? eol : '';
    const added = text + gap + codexText(server, eol) + end;
    return proven(
      [added],
      withServer(before, server.table, { url: server.url, [helperKey]: server.helper }),
      read,
    );
  }
  const table = assertWirable(known, server);
  const after = withServer(before, server.table, { ...table, [helperKey]: server.helper });
  const old = table[helperKey];
  const candidates =
    typeof old === 'string'
      ? linesOf(text).map(
          ({ start, end }) => text.slice(0, start) + helperLine(server.helper) + text.slice(end),
        )
      : headersOf(text).map(
          ({ end }) => text.slice(0, end) + eol + helperLine(server.helper) + text.slice(end),
        );
  return proven(candidates, after, read);
}

/**
 * The text without what {@link wireCodex} has added for a server.
 *
 * @throws AuthError `invalid_definition` where the server does not get its headers from MCP Auth
 */
export function unwireCodex(text: string, name: string, read: TomlReader): string {
  const before = readConfig(text, read);
  const known = serverIn(before, name);
  const helper = isTable(known) ? known[helperKey] : undefined;
  if (!isTable(known) || typeof helper !== 'string' || !isCodexHelper(helper)) {
    throw new AuthError('invalid_definition', 'Codex does not get the headers of this server from MCP Auth.');
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const url = String(known.url);
  const added = codexText({ table: name, url, helper }, eol);
  const at = text.indexOf(added);
  if (at !== -1 && Object.keys(known).length === 2) {
    const candidate = withoutBlock(text, { start: at, end: at + added.length }, eol);
    const after = withServer(before, name, undefined);
    try {
      return proven([candidate], after, read);
    } catch {
      // Something of the person's stands below it: then only the line goes.
    }
  }
  const { [helperKey]: _ours, ...rest } = known;
  const candidates = linesOf(text).map(({ start, end }) => {
    const next = text.indexOf('\n', end);
    return text.slice(0, start) + (next === -1 ? '' : text.slice(next + 1));
  });
  return proven(candidates, withServer(before, name, rest), read);
}

function assertWirable(known: unknown, { url, table }: CodexServer): Table {
  if (!isTable(known) || typeof known.url !== 'string' || !isSameServer(known.url, url)) {
    throw new AuthError(
      'invalid_definition',
      `Codex has another server of the name ${JSON.stringify(table)}. Its entry is not changed.`,
    );
  }
  const credential = ['bearer_token_env_var', 'http_headers', 'env_http_headers'].find((key) =>
    hasCredential(known, key),
  );
  const helper = known[helperKey];
  if (
    credential !== undefined ||
    (helper !== undefined && !(typeof helper === 'string' && isCodexHelper(helper)))
  ) {
    throw new AuthError(
      'invalid_definition',
      `Codex has a credential of its own for this server: ${JSON.stringify(credential ?? helperKey)}. Remove it, and try again.`,
    );
  }
  return known;
}

function hasCredential(server: Table, key: string): boolean {
  const value = server[key];
  return isTable(value)
    ? Object.keys(value).some((name) => name.toLowerCase() === 'authorization')
    : value !== undefined;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Lines that may be the helper's, without their ends. */
function linesOf(text: string): readonly Stretch[] {
  return stretches(
    text,
    /^[ \t]*(?:"http_headers_helper"|'http_headers_helper'|http_headers_helper)[ \t]*=[^\r\n]*/gm,
  );
}

/** Lines that may be the header of the table. */
function headersOf(text: string): readonly Stretch[] {
  return stretches(text, /^[ \t]*\[[^[\r\n][^\r\n]*/gm);
}

function stretches(text: string, pattern: RegExp): readonly Stretch[] {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }));
}

/** Takes away an added table with the blank line before it. */
function withoutBlock(text: string, { start, end }: Stretch, eol: string): string {
  const head = text.slice(0, start);
  const tail = text.slice(end);
  if (tail === '' && head.endsWith(eol + eol)) {
    return head.slice(0, -2 * eol.length);
  }
  const rest = tail.startsWith(eol) ? tail.slice(eol.length) : tail;
  return (head.endsWith(eol + eol) || head === eol ? head.slice(0, -eol.length) : head) + rest;
}

function helperLine(helper: string): string {
  return `${helperKey} = ${tomlString(helper)}`;
}

/** A basic string, whose escapes are those of JSON. */
function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', '\\u007F');
}
