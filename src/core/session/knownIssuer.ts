import * as v from 'valibot';
import { type ClientRegistration, tokenEndpointAuthMethods } from '../oauth/clientRegistration.ts';
import type { ReturningRedirectKind } from '../oauth/redirect.ts';
import { includesScopes, unionScopes } from '../oauth/scope.ts';

/** A registration that its issuer made for one redirect URI (RFC 7591). */
export interface DynamicRegistration extends Omit<ClientRegistration, 'origin'> {
  readonly redirectUri: string;
  /** The scopes it was registered for, space-separated: servers refuse others. Absent where none were named. */
  readonly scope?: string | undefined;
}

/** A client that was registered by hand, and has led to a session. */
export interface PreRegisteredClient {
  readonly clientId: string;
  /** The empty string says that it is known to have none. */
  readonly clientSecret: string;
  /** PEM or JWK text, where the client proves itself by a key. */
  readonly privateKey?: string | undefined;
}

/**
 * What is remembered of one issuer, as it was when it was read. Holds secrets: never logged, kept in secret
 * storage only.
 */
export interface KnownIssuer {
  readonly issuer: string;
  /** By what kind of redirect the last sign-in worked. */
  readonly redirectKind?: ReturningRedirectKind | undefined;
  /** When the person decided to sign in although PKCE is not advertised, in milliseconds since the epoch. */
  readonly pkceWaivedAt?: number | undefined;
  readonly registrations: readonly DynamicRegistration[];
  readonly preRegistered?: readonly PreRegisteredClient[] | undefined;
  /** The client ID that the person entered last; asked for anew until it has led to a session. */
  readonly entered?: { readonly clientId: string; readonly isProven: boolean } | undefined;
  /** What became of the user's client ID metadata document here. */
  readonly metadataDocument?: { readonly url: string; readonly outcome: 'accepted' | 'refused' } | undefined;
  /** What the person has allowed without a sign-in page; see `assertGrantApproved`. */
  readonly approvals?: readonly string[] | undefined;
  /** Canonical URLs of the MCP servers that were signed in to here, the latest first. */
  readonly servers?: readonly string[] | undefined;
}

/** What has led to a session. */
export interface ProvenSignIn {
  readonly issuer: string;
  /** Absent for a grant that has none. */
  readonly redirectUri?: string | undefined;
  /** By what kind of redirect, if it was by one. */
  readonly redirectKind?: ReturningRedirectKind | undefined;
  /** Canonical; absent for a sign-in at the user's identity provider. */
  readonly serverUrl?: string | undefined;
  /** What a dynamic client was registered for, if it was registered just now. */
  readonly scope?: string | undefined;
}

/** Redirect URIs differ per window, so an issuer may know this editor several times over. */
const keptRegistrations = 8;
const keptServers = 32;

const record = v.object({
  version: v.literal(1),
  issuer: v.pipe(v.string(), v.url()),
  redirectKind: v.optional(v.picklist(['loopback', 'uriHandler'])),
  pkceWaivedAt: v.optional(v.number()),
  registrations: v.array(
    v.object({
      redirectUri: v.string(),
      scope: v.optional(v.string()),
      clientId: v.string(),
      clientSecret: v.optional(v.string()),
      tokenEndpointAuthMethod: v.picklist(tokenEndpointAuthMethods),
      secretExpiresAt: v.optional(v.number()),
    }),
  ),
  preRegistered: v.optional(
    v.array(
      v.object({
        clientId: v.string(),
        clientSecret: v.string(),
        privateKey: v.optional(v.string()),
      }),
    ),
  ),
  entered: v.optional(v.object({ clientId: v.string(), isProven: v.boolean() })),
  metadataDocument: v.optional(v.object({ url: v.string(), outcome: v.picklist(['accepted', 'refused']) })),
  approvals: v.optional(v.array(v.string())),
  servers: v.optional(v.array(v.string())),
});

/** The record as it is stored. */
export function serializeKnownIssuer(known: KnownIssuer): string {
  return JSON.stringify({ version: 1, ...known });
}

/** Reads a stored record; `undefined` for anything else than one of version 1. */
export function parseKnownIssuer(text: string): KnownIssuer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's error would quote the record.
    return undefined;
  }
  const parsed = v.safeParse(record, value);
  if (!parsed.success) {
    return undefined;
  }
  const { version: _version, ...known } = parsed.output;
  return known;
}

/** The registration for a redirect URI and for scopes, unless its secret has expired. `now` in milliseconds. */
export function findRegistration(
  { registrations }: KnownIssuer,
  wanted: { readonly redirectUri: string; readonly scope?: string | undefined },
  now: number,
): ClientRegistration | undefined {
  const found = registrations.find((one) => one.redirectUri === wanted.redirectUri);
  if (!found || (found.secretExpiresAt !== undefined && found.secretExpiresAt <= now)) {
    return undefined;
  }
  const { redirectUri: _redirectUri, scope, ...registration } = found;
  return scope === undefined || includesScopes(scope, wanted.scope)
    ? { origin: 'dynamic', ...registration }
    : undefined;
}

/** The scopes that the last registration for a redirect URI was made for, space-separated. */
export function registeredScope({ registrations }: KnownIssuer, redirectUri: string): string | undefined {
  return registrations.find((one) => one.redirectUri === redirectUri)?.scope;
}

/** The port of the last loopback redirect URI that was registered: on it, no other is to be registered. */
export function registeredLoopbackPort({ registrations }: KnownIssuer): number | undefined {
  const loopback = registrations.find(({ redirectUri }) => redirectUri.startsWith('http://localhost:'));
  return loopback && Number(new URL(loopback.redirectUri).port);
}

/** A client that was registered by hand at this issuer, and at no other. */
export function findPreRegistered(
  { preRegistered }: KnownIssuer,
  clientId: string,
): PreRegisteredClient | undefined {
  return preRegistered?.find((one) => one.clientId === clientId);
}

/** What is remembered after a client has led to a session. */
export function withProvenSignIn(
  before: KnownIssuer,
  { redirectUri, redirectKind, serverUrl, scope }: ProvenSignIn,
  { origin, ...client }: ClientRegistration,
): KnownIssuer {
  const { clientId } = client;
  const others = (before.servers ?? []).filter((one) => one !== serverUrl);
  const servers = serverUrl === undefined ? before.servers : [serverUrl, ...others].slice(0, keptServers);
  const after = { ...before, redirectKind: redirectKind ?? before.redirectKind, servers };
  switch (origin) {
    case 'dynamic': {
      if (redirectUri === undefined) {
        return after;
      }
      const same = before.registrations.find((one) => one.clientId === clientId);
      const others = before.registrations.filter((one) => one.redirectUri !== redirectUri);
      const registered = unionScopes(registeredScope(before, redirectUri), scope);
      const registration = { ...client, redirectUri, scope: same ? same.scope : registered };
      return { ...after, registrations: [registration, ...others].slice(0, keptRegistrations) };
    }
    case 'metadataDocument':
      return { ...after, metadataDocument: { url: clientId, outcome: 'accepted' } };
    case 'preRegistered': {
      const others = (before.preRegistered ?? []).filter((one) => one.clientId !== clientId);
      const isEntered = before.entered?.clientId === clientId;
      return {
        ...after,
        preRegistered: [
          {
            clientId,
            clientSecret: client.clientSecret ?? '',
            ...(client.privateKey === undefined ? {} : { privateKey: client.privateKey }),
          },
          ...others,
        ],
        entered: isEntered ? { clientId, isProven: true } : before.entered,
      };
    }
    case 'workload':
      return after;
  }
}
