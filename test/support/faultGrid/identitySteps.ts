import assert from 'node:assert/strict';
import { UserIdentityProvider } from '../../../src/core/session/userIdentityProvider.ts';
import { grantServer } from '../grantServer.ts';
import { identityProvider, idpClientId } from '../identityProvider.ts';
import { jwtOf } from '../privateKeys.ts';
import type { FaultStage } from './faultStage.ts';
import { signIn } from './scenes.ts';
import { always, type ProtocolStep, type Scene, when } from './step.ts';

const hour = 3_600_000;
const works = 'signed in';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const lasting = Date.UTC(2031, 0, 1) / 1000;

interface EnterpriseScene extends Scene {
  readonly faulty: NonNullable<Scene['faulty']>;
}

/** Somebody is signed in at a server by their identity provider, whose ID token is good for an hour, or a year. */
async function signedIn(stage: FaultStage, lifetime: 'hour' | 'year' = 'hour'): Promise<EnterpriseScene> {
  const claims = lifetime === 'year' ? { claims: () => ({ exp: lasting }) } : {};
  const faulty = await stage.server((honest) =>
    identityProvider({
      ...claims,
      metadata: { scopes_supported: ['openid', 'offline_access'] },
      refresh: () => ({
        id_token: jwtOf({ iss: honest.origin, sub: 'the-person', aud: idpClientId, iat: 1, exp: lasting }),
        refresh_token: 'rotated-refresh-token',
      }),
    })(honest),
  );
  const server = await stage.server(grantServer({ grants: [jwtBearer] }));
  const assembly = stage.assemble({
    identityProvider: { issuer: faulty.origin, clientId: idpClientId },
    prompt: { askApproveGrant: async () => true, askClientSecret: async () => '' },
  });
  const act = signIn(assembly, server, { xaa: true, clientId: 'the-client' });
  await act();
  return { assembly, server, faulty, act };
}

/** The session when its access token has expired, and with it what was good for an hour. */
async function expired(stage: FaultStage, lifetime?: 'hour' | 'year'): Promise<EnterpriseScene> {
  const scene = await signedIn(stage, lifetime);
  scene.assembly.clock.advance(hour);
  return scene;
}

function renewing({ assembly, server, faulty }: EnterpriseScene): EnterpriseScene {
  const act = async () => {
    await assembly.refresher.fresh(server.mcpUrl);
    return 'renewed';
  };
  return { assembly, server, faulty, act };
}

function providerOf({ assembly }: Scene): UserIdentityProvider {
  const { identityProvider: provider } = assembly.ports;
  assert.ok(provider instanceof UserIdentityProvider);
  return provider;
}

/** At the identity provider nobody is signed in any more. */
async function signedOut(stage: FaultStage): Promise<EnterpriseScene> {
  const scene = await signedIn(stage);
  await providerOf(scene).signOut(new AbortController().signal);
  return scene;
}

function atAuthorizationServer({ assembly, server, act }: EnterpriseScene): Scene {
  return { assembly, server, act };
}

const exchange = { route: 'POST /token', holding: 'token-exchange' };
const refresh = { route: 'POST /token', holding: 'grant_type=refresh_token' };
const assertion = { route: 'POST /token', holding: 'jwt-bearer' };

/** Enterprise-managed authorization: at the identity provider, and with what it gave. */
export const identitySteps: readonly ProtocolStep[] = [
  {
    name: 'the metadata of the identity provider',
    request: { route: 'GET /.well-known/openid-configuration' },
    works,
    prepare: signedOut,
  },
  {
    name: 'the code exchange at the identity provider',
    request: { route: 'POST /token', holding: 'grant_type=authorization_code' },
    works,
    prepare: signedOut,
  },
  {
    name: 'the refresh at the identity provider in a sign-in',
    request: refresh,
    works,
    outcomes: when(['garbage', 'tooLarge'], { gives: works, since: 'the person signs in there anew' }),
    prepare: expired,
  },
  {
    name: 'the refresh at the identity provider in a renewal',
    request: refresh,
    works: 'renewed',
    prepare: async (stage) => renewing(await expired(stage)),
  },
  {
    name: 'the token exchange at the identity provider in a sign-in',
    request: exchange,
    works,
    prepare: (stage) => signedIn(stage),
  },
  {
    name: 'the token exchange at the identity provider in a renewal',
    request: exchange,
    works: 'renewed',
    prepare: async (stage) => renewing(await expired(stage, 'year')),
  },
  {
    name: 'the token request by an identity assertion',
    request: assertion,
    works,
    prepare: async (stage) => atAuthorizationServer(await signedIn(stage)),
  },
  {
    name: 'the renewal by an identity assertion',
    request: assertion,
    works: 'renewed',
    prepare: async (stage) => atAuthorizationServer(renewing(await expired(stage, 'year'))),
  },
  {
    name: 'the revocation at the identity provider',
    request: { route: 'POST /revoke' },
    works: 'signed out',
    outcomes: always('signed out', 'the person said so'),
    prepare: async (stage) => {
      const scene = await signedIn(stage);
      const act = async () => {
        const wasSignedIn = await providerOf(scene).signOut(new AbortController().signal);
        return wasSignedIn ? 'signed out' : 'was not signed in';
      };
      return { ...scene, act };
    },
  },
];
