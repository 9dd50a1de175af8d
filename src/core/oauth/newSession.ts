import type { TokenEndpointResponse } from 'oauth4webapi';
import { canonicalServerUrl } from '../serverUrl.ts';
import { firstAccount } from '../session/account.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationRequest } from './authentication.ts';
import type { TokenBinding } from './dpopBinding.ts';
import type { RepeatableGrant } from './grant.ts';
import type { Person } from './person.ts';
import { configurationText, rememberedMetadata } from './rememberedDiscovery.ts';
import type { Authority } from './token.ts';
import { toTokenSet } from './tokenSet.ts';

/** What a sign-in has ended with, by whatever grant. */
export interface SignInResult {
  readonly authority: Authority;
  /** The `resource` as it was sent. */
  readonly resource: string;
  /** The scopes that were asked for. */
  readonly scope: string | undefined;
  readonly tokens: TokenEndpointResponse;
  /** Milliseconds since the epoch, from before the token request. */
  readonly requestedAt: number;
  readonly binding: TokenBinding | undefined;
  /** Who signed in, where the authorization server has said so already. */
  readonly person?: Person | undefined;
  /** Absent where the person was asked. */
  readonly grant?: RepeatableGrant | undefined;
}

/** The session that a sign-in has led to, for the account of who signed in: which that is, `accountFor` decides. */
export function newSession(
  { authority, resource, scope, tokens, requestedAt, binding, person, grant }: SignInResult,
  { serverUrl, oauth }: Pick<AuthenticationRequest, 'oauth' | 'serverUrl'>,
): Session {
  const { server, client } = authority;
  return {
    serverUrl: canonicalServerUrl(serverUrl),
    account: { ...firstAccount(requestedAt), ...person },
    resource,
    authorizationServer: rememberedMetadata(server),
    client,
    ...(grant === undefined ? {} : { grant }),
    configuration: configurationText(oauth),
    requestedScope: scope,
    tokens: toTokenSet(tokens, requestedAt),
    ...(binding ? { dpop: binding.key } : {}),
    createdAt: requestedAt,
  };
}
