import * as v from 'valibot';
import { tokenEndpointAuthMethods } from '../oauth/clientRegistration.ts';
import type { ServerDefinition, TextRange } from './serverDefinition.ts';

// valibot takes lists for objects, which no client does.
const isNoList = (value: unknown) => !Array.isArray(value);

const strings = v.pipe(
  v.unknown(),
  v.check(isNoList, 'must be an object of strings'),
  v.record(v.string('must be a string'), v.string('must be a string'), 'must be an object of strings'),
);

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

// Keys beyond these are ignored, as every client does (mcp-json-facts §1.1).
const oauthKeys = v.object(
  {
    clientId: v.optional(v.pipe(v.string('must be a string'), v.nonEmpty('is empty'))),
    callbackPort: v.optional(
      v.pipe(
        v.number('must be a number'),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be a port between 1 and 65535'),
        v.maxValue(65535, 'must be a port between 1 and 65535'),
      ),
    ),
    authServerMetadataUrl: v.optional(
      v.pipe(
        v.string('must be a string'),
        v.maxLength(4096, 'is longer than 4096 characters'),
        v.startsWith('https://', 'must be an https URL'),
      ),
    ),
    scopes: v.optional(
      v.pipe(v.string('must be one string of space-separated scopes'), v.nonEmpty('is empty')),
    ),
    xaa: v.optional(v.boolean('must be true or false')),
    grantType: v.optional(
      v.picklist(
        ['authorization_code', 'client_credentials', jwtBearer],
        `must be "authorization_code", "client_credentials" or "${jwtBearer}"`,
      ),
    ),
    tokenEndpointAuthMethod: v.optional(
      v.picklist(
        tokenEndpointAuthMethods,
        'must be "none", "client_secret_basic", "client_secret_post" or "private_key_jwt"',
      ),
    ),
    dpop: v.optional(v.boolean('must be true or false')),
  },
  'must be an object',
);

const isClientCredentials = ({ grantType }: { readonly grantType?: string | undefined }) =>
  grantType === 'client_credentials';

const oauth = v.pipe(
  v.unknown(),
  v.check(isNoList, 'must be an object'),
  oauthKeys,
  v.check(
    (one) => !isClientCredentials(one) || one.clientId !== undefined,
    'with "grantType" "client_credentials" needs "clientId"',
  ),
  v.check(
    (one) => !isClientCredentials(one) || one.tokenEndpointAuthMethod !== 'none',
    'with "grantType" "client_credentials" needs a client that authenticates, not "none"',
  ),
  v.check(
    (one) => one.xaa !== true || one.grantType === undefined,
    'has both "xaa" and "grantType", of which one has to go',
  ),
);

const remote = v.object({
  url: v.pipe(
    v.string('must be a string'),
    v.nonEmpty('is empty'),
    v.maxLength(65536, 'is longer than 65536 characters'),
  ),
  headers: v.optional(strings, {}),
  headersHelper: v.optional(v.string('must be a shell command in one string')),
  oauth: v.optional(oauth),
});

const stdio = v.object({
  command: v.pipe(v.string('must be a string'), v.nonEmpty('is empty')),
  args: v.optional(v.array(v.string('must be a string'), 'must be a list of strings'), []),
  env: v.optional(strings),
});

const transports = new Map([
  ['http', 'http'],
  ['streamable-http', 'http'],
  ['sse', 'sse'],
  ['ws', 'ws'],
] as const);

/**
 * Reads one value of `mcpServers`. Never throws: what no client would load becomes an `invalid` definition
 * whose reason names the key at fault.
 */
export function parseServerEntry(name: string, value: unknown, range: TextRange): ServerDefinition {
  const invalid = (reason: string): ServerDefinition => ({ kind: 'invalid', name, range, reason });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('The entry must be an object.');
  }
  const { type, command, url } = value as { type?: unknown; command?: unknown; url?: unknown };
  if (type === 'stdio' || (type === undefined && command !== undefined)) {
    const parsed = v.safeParse(stdio, value);
    return parsed.success
      ? { kind: 'stdio', name, range, command: parsed.output.command, args: parsed.output.args }
      : invalid(describeIssue(parsed.issues));
  }
  if (type === undefined) {
    return invalid(
      url === undefined
        ? 'Neither "command" nor "url" is set.'
        : '"url" without "type": add "type": "http" (or "sse").',
    );
  }
  const transport = transports.get(type as 'http');
  if (transport === undefined) {
    return invalid(
      type === 'streamableHttp'
        ? '"type" must be "http" (or "streamable-http"), not "streamableHttp".'
        : `"type" ${JSON.stringify(type)} is unknown: use "http", "sse", "ws" or "stdio".`,
    );
  }
  const parsed = v.safeParse(remote, value);
  if (!parsed.success) {
    return invalid(describeIssue(parsed.issues));
  }
  const { oauth: configuration, ...rest } = parsed.output;
  // A WebSocket connection takes its credentials from headers only.
  return {
    kind: 'remote',
    name,
    range,
    transport,
    ...rest,
    oauth: transport === 'ws' ? undefined : configuration,
  };
}

function describeIssue(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const [issue] = issues;
  const path = JSON.stringify(v.getDotPath(issue) ?? 'The entry');
  return issue.received === 'undefined' ? `${path} is missing.` : `${path} ${issue.message}.`;
}
