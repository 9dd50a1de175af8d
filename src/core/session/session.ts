import * as v from 'valibot';
import { AuthError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorizationServer.ts';
import { type ClientRegistration, clientRegistrationSchema } from '../oauth/clientRegistration.ts';
import { type DpopKey, dpopKeySchema } from '../oauth/dpopKey.ts';
import type { RepeatableGrant } from '../oauth/grant.ts';
import { unionScopes } from '../oauth/scope.ts';
import type { TokenSet } from '../oauth/tokenSet.ts';
import { type Account, accountSchema, firstAccount, type SessionRef } from './account.ts';

/**
 * A login at one server. Complete in itself: it can be refreshed and revoked without discovery or the
 * registration store. Holds secrets: never logged, kept in secret storage only.
 */
export interface Session {
  /** Canonical URL of the MCP server: with the account, the only thing a credential is ever looked up by. */
  readonly serverUrl: string;
  readonly account: Account;
  /** The `resource` of RFC 8707, byte for byte as it was sent. */
  readonly resource: string;
  /** The metadata that refresh and revocation need. Its `issuer` issued the tokens. */
  readonly authorizationServer: AuthorizationServer;
  readonly client: ClientRegistration;
  /** How the tokens are obtained anew; absent for a sign-in in the browser, which is renewed by its refresh token. */
  readonly grant?: RepeatableGrant | undefined;
  /** `configurationText` of the definition that it was made by; absent where that said nothing. */
  readonly configuration?: string | undefined;
  /** Space-separated scopes asked for; absent when none were. */
  readonly requestedScope?: string | undefined;
  readonly tokens: TokenSet;
  /** The key that the tokens are bound to; absent for Bearer tokens. */
  readonly dpop?: DpopKey | undefined;
  /** Milliseconds since the epoch of the sign-in. */
  readonly createdAt: number;
  /**
   * Set, in milliseconds since the epoch, when the authorization server said that the refresh token is no
   * good. The record stays, for the next sign-in to build on.
   */
  readonly refreshRejectedAt?: number | undefined;
}

const text = v.string();
const time = v.pipe(v.number(), v.finite());

const server = { serverUrl: v.pipe(text, v.url()) };

const members = {
  resource: text,
  authorizationServer: v.looseObject({
    issuer: v.pipe(text, v.url()),
    token_endpoint: v.optional(text),
    revocation_endpoint: v.optional(text),
  }),
  client: clientRegistrationSchema,
  grant: v.optional(v.picklist(['clientCredentials', 'enterprise', 'workload'])),
  configuration: v.optional(text),
  requestedScope: v.optional(text),
  tokens: v.object({
    accessToken: text,
    tokenType: text,
    refreshToken: v.optional(text),
    expiresAt: v.optional(time),
    scope: v.optional(text),
    receivedAt: time,
  }),
  dpop: v.optional(dpopKeySchema),
  createdAt: time,
  refreshRejectedAt: v.optional(time),
};

/** Every version that was ever written. Version 1 knew one account per server. */
const record = v.variant('version', [
  v.object({ version: v.literal(1), ...server, ...members }),
  v.object({ version: v.literal(2), ...server, account: accountSchema, ...members }),
]);

/** The record as it is stored. */
export function serializeSession(value: Session): string {
  return JSON.stringify({ version: 2, ...value });
}

/**
 * Reads a stored record, of this version or an earlier one.
 *
 * @throws AuthError `storage` for anything else
 */
export function parseSession(text: string): Session {
  try {
    const { version: _version, ...parsed } = v.parse(record, JSON.parse(text));
    return {
      ...parsed,
      account: 'account' in parsed ? parsed.account : firstAccount(parsed.createdAt),
      authorizationServer: parsed.authorizationServer as AuthorizationServer,
    };
  } catch (error) {
    // Neither error may travel on as the cause: both quote the record.
    const reason =
      error instanceof v.ValiError ? `at ${v.getDotPath(error.issues[0]) ?? 'its root'}` : 'not JSON';
    throw new AuthError('storage', `A stored session could not be read (${reason}).`);
  }
}

/** Which session it is. */
export function refOf({ serverUrl, account }: Session): SessionRef {
  return { serverUrl, accountId: account.id };
}

/** Whether a sign-in or a refresh has put other tokens in the place of a session's. */
export function isReplaced({ tokens }: Session, { tokens: latest }: Session): boolean {
  return latest.refreshToken !== tokens.refreshToken || latest.accessToken !== tokens.accessToken;
}

/** The scopes that the tokens carry, as far as the server told. */
export function grantedScope({ tokens, requestedScope }: Session): string | undefined {
  return tokens.scope ?? requestedScope;
}

/**
 * The scopes to ask for when a server wants more than a session has: all that were asked for, and those.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization (scope challenge handling)
 */
export function stepUpScope(
  session: Session | undefined,
  challenged: string | undefined,
): string | undefined {
  return unionScopes(session?.requestedScope ?? session?.tokens.scope, challenged);
}
