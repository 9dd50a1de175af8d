import * as v from 'valibot';
import type { OAuthConfiguration } from './serverDefinition.ts';

/** What the `auth` of a Cursor entry amounts to. */
export interface CursorAuth {
  readonly oauth?: OAuthConfiguration | undefined;
  /** Sentences on what is not used. */
  readonly notes: readonly string[];
}

const auth = v.object({
  CLIENT_ID: v.optional(v.string()),
  CLIENT_SECRET: v.optional(v.unknown()),
  scopes: v.optional(v.array(v.string())),
});

const entry = v.object({ auth });

/**
 * Reads `auth: {CLIENT_ID, CLIENT_SECRET, scopes}` (mcp-json-facts §2). A secret in a file is never used: the
 * person is asked for it, and it is kept in secret storage. Nor is a client ID that a variable stands for,
 * since nothing else in `oauth` is expanded.
 */
export function parseCursorAuth(value: object): CursorAuth {
  const parsed = v.safeParse(entry, value);
  if (!parsed.success) {
    return { notes: 'auth' in value ? ['"auth" is malformed and not used.'] : [] };
  }
  const { CLIENT_ID: id, CLIENT_SECRET: secret, scopes = [] } = parsed.output.auth;
  const isVariable = id?.includes('${') === true;
  const oauth: OAuthConfiguration = {
    ...(id && !isVariable ? { clientId: id } : {}),
    ...(scopes.length > 0 ? { scopes: scopes.join(' ') } : {}),
  };
  const notes = [
    ...(isVariable ? ['The variable in "auth.CLIENT_ID" is not expanded: the client ID is not used.'] : []),
    ...(secret === undefined
      ? []
      : [
          '"auth.CLIENT_SECRET" in the file is not used: you are asked for it, and it is kept in secret storage.',
        ]),
  ];
  return { ...(Object.keys(oauth).length > 0 ? { oauth } : {}), notes };
}
