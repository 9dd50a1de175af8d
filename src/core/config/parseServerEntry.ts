import * as v from 'valibot';
import { tokenEndpointAuthMethods } from '../oauth/clientRegistration.ts';
import { recogniseBridge } from './bridge.ts';
import { parseCursorAuth } from './cursorAuth.ts';
import { claudeDialect, type Dialect } from './dialect.ts';
import type { ServerDefinition, TextRange } from './serverDefinition.ts';
import { transportOf } from './transport.ts';

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
  env: v.optional(strings, {}),
});

/** Where an entry is. */
export interface EntryPlace {
  readonly name: string;
  readonly range: TextRange;
}

/**
 * Reads one entry of a file. Never throws: what no client would load becomes an `invalid` definition whose
 * reason names the key at fault.
 */
export function parseServerEntry(
  { name, range }: EntryPlace,
  value: unknown,
  dialect: Dialect = claudeDialect,
): ServerDefinition {
  const invalid = (reason: string): ServerDefinition => ({ kind: 'invalid', name, range, reason });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('The entry must be an object.');
  }
  const place = { name, range, ...(dialect.kind === 'claude' ? {} : { dialect }) };
  const transport = transportOf(value, dialect);
  if (transport.kind === 'invalid') {
    return invalid(transport.reason);
  }
  if (transport.kind === 'stdio') {
    const parsed = v.safeParse(stdio, value);
    if (!parsed.success) {
      return invalid(describeIssue(parsed.issues));
    }
    const bridge = recogniseBridge(parsed.output);
    return { kind: 'stdio', ...place, ...parsed.output, ...(bridge ? { bridge } : {}) };
  }
  const parsed = v.safeParse(remote, value);
  if (!parsed.success) {
    return invalid(describeIssue(parsed.issues));
  }
  const { oauth: configured, ...rest } = parsed.output;
  const auth = dialect.kind === 'cursor' ? parseCursorAuth(value) : undefined;
  return {
    kind: 'remote',
    ...place,
    transport: transport.kind,
    ...rest,
    // A WebSocket connection takes its credentials from headers only.
    oauth: transport.kind === 'ws' ? undefined : (auth?.oauth ?? configured),
    ...(auth && auth.notes.length > 0 ? { notes: auth.notes } : {}),
  };
}

function describeIssue(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  const [issue] = issues;
  const path = JSON.stringify(v.getDotPath(issue) ?? 'The entry');
  return issue.received === 'undefined' ? `${path} is missing.` : `${path} ${issue.message}.`;
}
