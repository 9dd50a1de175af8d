import { AuthError } from '../errors.ts';
import { firstAccountId, type SessionRef } from './account.ts';
import { hashedKey } from './secretStorage.ts';
import { parseSession, refOf, type Session } from './session.ts';

/** What the keys begin with under which sessions are stored. */
export const sessionPrefix = 'session:';

/** The key of a session in secret storage. The first account keeps the one that it had when there could be only one. */
export async function storageKey({ serverUrl, accountId }: SessionRef): Promise<string> {
  return await hashedKey(sessionPrefix, serverUrl, ...(accountId === firstAccountId ? [] : [accountId]));
}

/** What a stored text says, or why it says nothing. */
export type ParsedRecord = { readonly record: string } & (
  | { readonly session: Session; readonly error?: undefined }
  | { readonly session?: undefined; readonly error: AuthError }
);

/** Reads the text that is stored under a key. Never throws. */
export async function parseRecord(key: string, record: string): Promise<ParsedRecord> {
  let session: Session;
  try {
    session = parseSession(record);
  } catch (error) {
    const unreadable = error instanceof AuthError ? error : new AuthError('storage', 'It could not be read.');
    return { record, error: unreadable };
  }
  return (await storageKey(refOf(session))) === key
    ? { record, session }
    : { record, error: new AuthError('storage', 'It lies under the key of another server.') };
}
