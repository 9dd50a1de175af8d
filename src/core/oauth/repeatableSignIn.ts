import { AuthError, throwIfAborted } from '../errors.ts';
import { canonicalServerUrl } from '../serverUrl.ts';
import type { Session } from '../session/session.ts';
import type { AuthenticationPorts, AuthenticationRequest } from './authentication.ts';
import { chooseScope } from './chooseScope.ts';
import type { ClientRegistration } from './clientRegistration.ts';
import { clientSecrets } from './clientSecrets.ts';
import { type Discovered, resourceOf } from './discovery.ts';
import { bindTokens } from './dpopBinding.ts';
import { assertGrantSupported, type RepeatableGrant } from './grant.ts';
import { assertGrantApproved } from './grantApproval.ts';
import { readUnverifiedJwt } from './jsonWebToken.ts';
import { newSession } from './newSession.ts';
import { assertSameIssuer } from './obtainClient.ts';
import { preRegisteredClient } from './preRegisteredClient.ts';
import { keepProvenClient } from './provenClient.ts';
import { repeatGrant } from './repeatGrant.ts';
import { withoutOfflineAccess } from './scope.ts';

/**
 * Authenticates by a grant that needs no page of the authorization server. The person is asked once whether the
 * server may have tokens in this way.
 *
 * @throws AuthError `invalid_definition`, `invalid_setting`, `cancelled`, and the grant's own
 */
export async function signInRepeatably(
  grant: RepeatableGrant,
  discovered: Discovered,
  request: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<Session> {
  const { authorizationServer: server } = discovered;
  const { serverUrl, oauth, signal } = request;
  assertGrantSupported(grant, server);
  const identity = grant === 'enterprise' ? ports.identityProvider.issuer() : oauth?.clientId;
  await assertGrantApproved({ grant, serverUrl, issuer: server.issuer, identity }, ports, signal);
  const { requested } = await chooseScope(discovered, request, ports);
  const scope = oauth?.scopes === undefined ? withoutOfflineAccess(requested) : requested;
  const binding = await bindTokens(oauth?.dpop === true, discovered);
  request.onStep('registering');
  const client = await obtainGrantClient(grant, discovered, request, ports);
  throwIfAborted(signal);
  for (const secret of clientSecrets(client)) {
    ports.redactor.learn(secret);
  }
  const resource = resourceOf(discovered, serverUrl);
  const requestedAt = ports.clock.now();
  const tokens = await repeatGrant(
    grant,
    { target: { server, client, proofs: binding?.proofs, resource, scope }, interaction: request, signal },
    ports,
  );
  const proven = { issuer: server.issuer, serverUrl: canonicalServerUrl(serverUrl) };
  await keepProvenClient(proven, client, ports);
  return newSession(
    { authority: { server, client }, resource, scope, tokens, requestedAt, binding, grant },
    request,
  );
}

async function obtainGrantClient(
  grant: RepeatableGrant,
  { authorizationServer: server }: Discovered,
  { serverUrl, oauth, askForSecret, signal }: AuthenticationRequest,
  ports: AuthenticationPorts,
): Promise<ClientRegistration> {
  const clientId = oauth?.clientId;
  const isOtherSecret = grant === 'enterprise' && ports.identityProvider.isClientRejected;
  if (clientId !== undefined) {
    const known = await ports.registrations.open(server.issuer);
    const request = { server, known, serverUrl: canonicalServerUrl(serverUrl), signal };
    await assertSameIssuer(request, clientId, ports);
    return await preRegisteredClient(
      {
        ...request,
        clientId,
        tokenEndpointAuthMethod: oauth?.tokenEndpointAuthMethod,
        askForSecret: askForSecret && !isOtherSecret,
        mustAuthenticate: grant === 'clientCredentials',
      },
      ports,
    );
  }
  if (grant === 'workload') {
    const { subject } = readUnverifiedJwt(await ports.workloads.assertion(server.issuer)) ?? {};
    return { origin: 'workload', clientId: subject || 'workload', tokenEndpointAuthMethod: 'none' };
  }
  const metadataUrl = ports.clientMetadataUrl?.();
  if (metadataUrl !== undefined && server.client_id_metadata_document_supported === true) {
    return { origin: 'metadataDocument', clientId: metadataUrl, tokenEndpointAuthMethod: 'none' };
  }
  throw new AuthError(
    'invalid_definition',
    `Enterprise-managed authorization needs a client that ${new URL(server.issuer).host} knows: "xaa" goes with "clientId".`,
  );
}
