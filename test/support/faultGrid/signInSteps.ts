import type { SignInOptions } from '../authenticationPorts.ts';
import { BoundServer } from '../boundServer.ts';
import { grantServer } from '../grantServer.ts';
import { freshTokens, type Honest, type MisbehavingServer, type Routes } from '../misbehavingServer.ts';
import { jwtOf } from '../privateKeys.ts';
import { json } from '../reply.ts';
import type { FaultStage } from './faultStage.ts';
import { seedSession, signIn } from './scenes.ts';
import { type ProtocolStep, type Scene, when } from './step.ts';

const works = 'signed in';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const deviceCode = 'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code';

const hour = 3_600_000;

async function first(stage: FaultStage, overrides?: (honest: Honest) => Routes): Promise<Scene> {
  const server = await stage.server(overrides);
  const assembly = stage.assemble();
  return { assembly, server, act: signIn(assembly, server) };
}

async function again(stage: FaultStage): Promise<Scene> {
  const scene = await first(stage);
  await scene.act();
  return scene;
}

/** A server that a code has to be entered for once before it gives tokens. */
async function device(stage: FaultStage): Promise<Scene> {
  const server = await stage.server(({ origin, metadata }) => {
    let questions = 0;
    return {
      'GET /.well-known/oauth-authorization-server': json({
        ...metadata,
        device_authorization_endpoint: `${origin}/device`,
      }),
      'POST /device': json({
        device_code: 'device-code-of-the-grid',
        user_code: 'ABCD-EFGH',
        verification_uri: `${origin}/verify`,
        expires_in: 600,
        interval: 5,
      }),
      'POST /token': () =>
        ++questions % 2 === 1
          ? json({ error: 'authorization_pending' }, { status: 400 })
          : json(freshTokens()),
    };
  });
  const assembly = stage.assemble();
  await seedSession(assembly, server);
  const act = async () => {
    const serverUrl = new URL(server.mcpUrl);
    await assembly.authenticator.start({ serverUrl, transport: 'http', grant: 'deviceCode' }).result;
    return works;
  };
  return { assembly, server, act };
}

/** A grant without a sign-in page, by which somebody is signed in already. */
async function machine(stage: FaultStage, options: SignInOptions): Promise<Scene> {
  const server: MisbehavingServer = await stage.server(
    grantServer({ grants: ['client_credentials', jwtBearer], methods: ['client_secret_basic', 'none'] }),
  );
  const assembly = stage.assemble({
    prompt: { askClientSecret: async () => 'the-machine-secret', askApproveGrant: async () => true },
    workloads: {
      setting: () => [{ issuer: server.origin, environmentVariable: 'WORKLOAD' }],
      environment: { WORKLOAD: jwtOf({ sub: 'spiffe://example/agent' }) },
    },
  });
  const act = signIn(assembly, server, options);
  await act();
  return { assembly, server, act };
}

const clientCredentials = { grantType: 'client_credentials', clientId: 'machine' } as const;
const workload = { grantType: jwtBearer } as const;

/** The same session when its token has expired. */
async function renewal(stage: FaultStage, options: SignInOptions): Promise<Scene> {
  const scene = await machine(stage, options);
  const { assembly, server } = scene;
  assembly.clock.advance(hour);
  const act = async () => {
    await assembly.refresher.fresh(server.mcpUrl);
    return 'renewed';
  };
  return { ...scene, act };
}

/** What happens between discovery and a session. */
export const signInSteps: readonly ProtocolStep[] = [
  {
    name: 'dynamic client registration',
    request: { route: 'POST /register' },
    works,
    prepare: (stage) => first(stage),
  },
  {
    name: 'the code exchange of the first sign-in',
    request: { route: 'POST /token', holding: 'grant_type=authorization_code' },
    works,
    prepare: (stage) => first(stage),
  },
  {
    name: 'the code exchange for bound tokens',
    request: { route: 'POST /token', holding: 'grant_type=authorization_code' },
    works,
    prepare: (stage) => first(stage, new BoundServer().routes),
  },
  {
    name: 'the code exchange of a later sign-in',
    request: { route: 'POST /token', holding: 'grant_type=authorization_code' },
    works,
    prepare: again,
  },
  {
    name: 'dynamic client registration for device codes',
    request: { route: 'POST /register' },
    works,
    polls: true,
    prepare: device,
  },
  {
    name: 'the device authorization request',
    request: { route: 'POST /device' },
    works,
    polls: true,
    prepare: device,
  },
  {
    name: 'one question whether the device code was entered',
    request: { route: 'POST /token', holding: deviceCode, times: 1 },
    works,
    polls: true,
    outcomes: when(['refused', 'reset', 'timeout', 'http500', 'http429', 'http429Date', 'truncated'], {
      gives: works,
      since: 'it is asked again later',
    }),
    prepare: device,
  },
  {
    name: 'every question whether the device code was entered, until it expires',
    request: { route: 'POST /token', holding: deviceCode },
    works,
    polls: true,
    prepare: device,
  },
  {
    name: 'the token request by client credentials',
    request: { route: 'POST /token', holding: 'grant_type=client_credentials' },
    works,
    prepare: (stage) => machine(stage, clientCredentials),
  },
  {
    name: 'the renewal by client credentials',
    request: { route: 'POST /token', holding: 'grant_type=client_credentials' },
    works: 'renewed',
    prepare: (stage) => renewal(stage, clientCredentials),
  },
  {
    name: 'the token request by workload identity',
    request: { route: 'POST /token', holding: 'jwt-bearer' },
    works,
    prepare: (stage) => machine(stage, workload),
  },
  {
    name: 'the renewal by workload identity',
    request: { route: 'POST /token', holding: 'jwt-bearer' },
    works: 'renewed',
    prepare: (stage) => renewal(stage, workload),
  },
];
