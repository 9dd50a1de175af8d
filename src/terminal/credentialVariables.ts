import { CommandError } from '../node/ipc/commandError.ts';

/** Variables for the environment of a command. Secrets. */
export type Variables = Readonly<Record<string, string>>;

/** The variables of a server that are called after it: its token, and its `Authorization` header if it has one. */
export function variablesOf(server: string, headers: Readonly<Record<string, string>>): Variables {
  const prefix = variablePrefix(server);
  const authorization = authorizationOf(headers);
  return {
    [`${prefix}_TOKEN`]: tokenOf(server, headers),
    ...(authorization === undefined ? {} : { [`${prefix}_AUTHORIZATION`]: authorization }),
  };
}

/** What the variables of a server start with. Several servers may have the same. */
function variablePrefix(server: string): string {
  return server
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .replace(/^(?=\d)/, '_');
}

/** Tells of each server whose variables would be those of another one before it: which. */
export function namesakes(servers: readonly string[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const later = new Map<string, string>();
  for (const server of servers) {
    const prefix = variablePrefix(server);
    const other = first.get(prefix) ?? server;
    first.set(prefix, other);
    if (other !== server) {
      later.set(server, other);
    }
  }
  return later;
}

/**
 * The token of a server: what stands behind the scheme in its `Authorization` header, else its only header.
 *
 * @throws CommandError where there is no such thing
 */
export function tokenOf(server: string, headers: Readonly<Record<string, string>>): string {
  const authorization = authorizationOf(headers);
  if (authorization !== undefined) {
    return authorization.replace(/^[\w-]+ +(?=\S)/, '');
  }
  const [value, ...others] = Object.values(headers);
  if (value === undefined || others.length > 0) {
    const message = `The credential of ${JSON.stringify(server)} is not one token. "mcp-auth headers" prints all of it.`;
    throw new CommandError('credential_bound', message);
  }
  return value;
}

/** What `VARIABLE=NAME` says. @throws CommandError `usage` */
export function parseVariable(text: string): { readonly variable: string; readonly server: string } {
  const [, variable, server] = /^([A-Za-z_]\w*)=(.+)$/s.exec(text) ?? [];
  if (variable === undefined || server === undefined) {
    throw new CommandError('usage', `${JSON.stringify(text)} should be VARIABLE=NAME.`);
  }
  return { variable, server };
}

function authorizationOf(headers: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}
