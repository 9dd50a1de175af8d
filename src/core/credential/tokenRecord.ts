import * as v from 'valibot';
import { hashedKey } from '../session/secretStorage.ts';
import type { SavedToken } from './savedToken.ts';

/** What the keys begin with under which tokens are stored. */
export const tokenPrefix = 'token:';

/** The key of a server's token in secret storage. */
export async function tokenKey(serverUrl: string): Promise<string> {
  return await hashedKey(tokenPrefix, serverUrl);
}

const text = v.pipe(v.string(), v.nonEmpty());

const schema = v.object({
  version: v.literal(1),
  /** Absent where a token could not be written, and there was none before. */
  token: v.optional(
    v.object({
      serverUrl: text,
      headerName: text,
      scheme: v.optional(text),
      token: text,
      savedAt: v.number(),
    }),
  ),
});

/** What a stored text says, or a sentence why it says nothing, without anything of the text. */
export type ParsedToken =
  | { readonly kind: 'token'; readonly token: SavedToken | undefined }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The text that is stored for a token, or for none. */
export function serializeToken(token?: SavedToken): string {
  return JSON.stringify({ version: 1, token });
}

/** Reads the text that is stored under a key. Never throws. */
export async function parseToken(key: string, record: string): Promise<ParsedToken> {
  const parsed = v.safeParse(schema, parseJson(record));
  if (!parsed.success) {
    return { kind: 'unreadable', reason: 'It is not a token of this version.' };
  }
  const { token } = parsed.output;
  return token === undefined || (await tokenKey(token.serverUrl)) === key
    ? { kind: 'token', token }
    : { kind: 'unreadable', reason: 'It lies under the key of another server.' };
}

function parseJson(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return undefined;
  }
}
