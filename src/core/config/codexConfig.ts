import { AuthError } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import { isCodexHelper } from './helperCommand.ts';

/** Reads TOML into plain values. Throws for what is none. */
export type TomlReader = (text: string) => unknown;

/** A table of TOML. */
export type Table = Readonly<Record<string, unknown>>;

/** The key of the command that prints a server's headers. */
export const helperKey = 'http_headers_helper';

/** What a server is called in Codex, which takes letters, digits, `-` and `_` only. */
export function codexTable(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_') || '_';
}

/**
 * Which table of Codex's a server has: one of its URL, whatever its name there, else one of its name.
 *
 * @throws AuthError `invalid_definition` for a file that is no TOML
 */
export function codexTableOf(
  text: string,
  { name, url }: { readonly name: string; readonly url: string },
  read: TomlReader,
): string {
  const servers = Object.entries(serversIn(readConfig(text, read)));
  const [known] =
    servers.find(([, one]) => isTable(one) && typeof one.url === 'string' && isSameServer(one.url, url)) ??
    [];
  return known ?? codexTable(name);
}

/** Canonical URLs of the servers whose headers Codex gets from MCP Auth, by their tables. None where the file is no TOML. */
export function codexUses(text: string, read: TomlReader): ReadonlyMap<string, string> {
  let servers: Table;
  try {
    servers = serversIn(readConfig(text, read));
  } catch {
    return new Map();
  }
  return new Map(
    Object.entries(servers).flatMap(([name, server]) => {
      const { url, [helperKey]: helper } = isTable(server) ? server : {};
      const isOurs = typeof helper === 'string' && isCodexHelper(helper);
      return isOurs && typeof url === 'string' && URL.canParse(url)
        ? [[name, canonicalServerUrl(new URL(url))] as const]
        : [];
    }),
  );
}

/** Whether two URLs are of one server. */
export function isSameServer(one: string, other: string): boolean {
  return URL.canParse(one) && canonicalServerUrl(new URL(one)) === canonicalServerUrl(new URL(other));
}

/** @throws AuthError `invalid_definition` for what is no TOML */
export function readConfig(text: string, read: TomlReader): Table {
  try {
    const value = read(text);
    if (isTable(value)) {
      return value;
    }
  } catch {
    // The reason may quote the file, which may hold secrets.
  }
  throw new AuthError('invalid_definition', "Codex's config.toml is not valid TOML. It is not changed.");
}

/** The servers by the names of their tables. */
export function serversIn(config: Table): Table {
  return isTable(config.mcp_servers) ? config.mcp_servers : {};
}

/** The table of a server; of what every object has, only what the file says. */
export function serverIn(config: Table, name: string): unknown {
  const servers = serversIn(config);
  return Object.hasOwn(servers, name) ? servers[name] : undefined;
}

/** A configuration with another table for a server, or none. */
export function withServer(config: Table, name: string, server: Table | undefined): Table {
  const { [name]: _old, ...others } = serversIn(config);
  const servers = server === undefined ? others : { ...others, [name]: server };
  return { ...config, mcp_servers: servers };
}

/** The first candidate that says what was meant, and nothing else. @throws AuthError `invalid_definition` where none does */
export function proven(candidates: readonly string[], expected: Table, read: TomlReader): string {
  const wanted = sorted(expected);
  for (const candidate of candidates) {
    try {
      if (sorted(readConfig(candidate, read)) === wanted) {
        return candidate;
      }
    } catch {
      // Not even TOML.
    }
  }
  throw new AuthError(
    'invalid_definition',
    "The servers of Codex's config.toml are written in a way that MCP Auth does not change. Edit the file by hand.",
  );
}

/** Whatever the order of keys. An empty table of servers counts as none. */
function sorted({ mcp_servers: servers, ...others }: Table): string {
  const hasServers = isTable(servers) ? Object.keys(servers).length > 0 : servers !== undefined;
  const config = hasServers ? { ...others, mcp_servers: servers } : others;
  return JSON.stringify(config, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') {
      return `${inner}n`;
    }
    return isTable(inner) ? Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)) : inner;
  });
}

/** Whether a value is a table. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
