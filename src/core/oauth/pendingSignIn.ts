import * as v from 'valibot';
import type { OAuthConfiguration } from '../config/serverDefinition.ts';
import { AuthError } from '../errors.ts';
import { type AccountWish, accountWishSchema } from '../session/account.ts';
import type { AuthorizationRequest } from './authorizationRequest.ts';
import type { AuthorizationServer } from './authorizationServer.ts';
import type { ChosenScopes } from './chooseScope.ts';
import { type ClientRegistration, clientRegistrationSchema } from './clientRegistration.ts';
import { clientSecrets } from './clientSecrets.ts';
import { type DpopKey, dpopKeySchema, dpopSecrets } from './dpopKey.ts';
import type { RedirectKind } from './redirect.ts';
import { rememberedMetadata } from './rememberedDiscovery.ts';

/** The part of a definition's `oauth` that finishing a sign-in goes by. */
export type PendingConfiguration = Pick<OAuthConfiguration, 'authServerMetadataUrl' | 'clientId' | 'scopes'>;

/**
 * A sign-in whose authorization response is still to come, with all that it takes to finish it, in whatever window.
 * Holds secrets: never logged, kept in secret storage only.
 */
export interface PendingSignIn {
  readonly authorization: AuthorizationRequest;
  readonly redirectKind: RedirectKind;
  /** The port of this machine behind the redirect URI, where there is one. */
  readonly localPort?: number | undefined;
  readonly server: AuthorizationServer;
  readonly client: ClientRegistration;
  /** The `resource` of the authorization request, byte for byte. */
  readonly resource: string;
  readonly scopes: ChosenScopes;
  readonly serverUrl: URL;
  readonly transport: 'http' | 'sse';
  readonly oauth?: PendingConfiguration | undefined;
  /** Whose session it is to be; absent for the first one at its server. */
  readonly account?: AccountWish | undefined;
  /** The key that the tokens are to be bound to; absent for Bearer tokens. */
  readonly dpop?: DpopKey | undefined;
  /** Whether it was begun with what an earlier session knew, which has to be found out anew before a code is sent. */
  readonly isUnverified: boolean;
}

/** The same as it is stored. All times in milliseconds since the epoch. */
export interface PendingRecord extends PendingSignIn {
  readonly createdAt: number;
  /** From then on nobody finishes it. */
  readonly expiresAt: number;
  /** The window that waits for the response. */
  readonly windowId: string;
  /** What that window has open; absent where it is not to be taken up again. */
  readonly workspace?: string | undefined;
}

const text = v.string();
const url = v.pipe(text, v.url());
const time = v.pipe(v.number(), v.finite());

const record = v.object({
  version: v.literal(1),
  authorization: v.object({ url, redirectUri: text, state: text, codeVerifier: text }),
  redirectKind: v.picklist(['loopback', 'paste', 'uriHandler']),
  localPort: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
  server: v.looseObject({ issuer: url, token_endpoint: url }),
  client: clientRegistrationSchema,
  resource: text,
  scopes: v.object({ requested: v.optional(text), registered: v.optional(text) }),
  serverUrl: url,
  transport: v.picklist(['http', 'sse']),
  oauth: v.optional(
    v.object({
      authServerMetadataUrl: v.optional(text),
      clientId: v.optional(text),
      scopes: v.optional(text),
    }),
  ),
  account: v.optional(accountWishSchema),
  dpop: v.optional(dpopKeySchema),
  isUnverified: v.boolean(),
  createdAt: time,
  expiresAt: time,
  windowId: text,
  workspace: v.optional(text),
});

/** The record as it is stored. */
export function serializePending({ server, oauth, ...rest }: PendingRecord): string {
  const { authServerMetadataUrl, clientId, scopes }: PendingConfiguration = oauth ?? {};
  const configuration = oauth && { authServerMetadataUrl, clientId, scopes };
  return JSON.stringify({
    version: 1,
    ...rest,
    server: rememberedMetadata(server),
    oauth: configuration,
  });
}

/**
 * Reads a stored record.
 *
 * @throws AuthError `storage` for anything else than a version 1 record
 */
export function parsePending(stored: string): PendingRecord {
  try {
    const { version: _version, ...parsed } = v.parse(record, JSON.parse(stored));
    const { requested, registered } = parsed.scopes;
    return {
      ...parsed,
      authorization: { ...parsed.authorization, url: new URL(parsed.authorization.url) },
      server: parsed.server as AuthorizationServer,
      scopes: { requested, registered },
      serverUrl: new URL(parsed.serverUrl),
    };
  } catch (error) {
    // Neither error may travel on as the cause: both quote the record.
    const reason =
      error instanceof v.ValiError ? `at ${v.getDotPath(error.issues[0]) ?? 'its root'}` : 'not JSON';
    throw new AuthError('storage', `A stored sign-in could not be read (${reason}).`);
  }
}

/** What must never be shown of it, for the redactor to learn. */
export function pendingSecrets({ authorization, client, dpop }: PendingSignIn): readonly string[] {
  const { state, codeVerifier } = authorization;
  return [state, codeVerifier, ...clientSecrets(client), ...(dpop ? dpopSecrets(dpop) : [])];
}
