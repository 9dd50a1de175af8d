import assert from 'node:assert/strict';
import { createAuthorizedFetch } from '../../../src/core/connection/authorizedFetch.ts';
import { signOut } from '../../../src/core/session/signOut.ts';
import type { Assembly } from '../authenticationPorts.ts';
import { BoundServer } from '../boundServer.ts';
import type { MisbehavingServer } from '../misbehavingServer.ts';
import { json, unauthorized } from '../reply.ts';
import type { FaultStage } from './faultStage.ts';
import { seedSession } from './scenes.ts';
import { always, type ProtocolStep, type Scene } from './step.ts';

const minute = 60_000;
const refresh = { route: 'POST /token', holding: 'grant_type=refresh_token' };
const works = 'refreshed';

/** A session at a server that takes every access token but the first. */
async function withSession(
  stage: FaultStage,
  act: (assembly: Assembly, server: MisbehavingServer) => Promise<string>,
): Promise<Scene> {
  const server = await stage.server(() => ({
    'POST /mcp': ({ headers }) =>
      headers.authorization === 'Bearer access-token-of-this-server' ? unauthorized('Bearer') : json({}),
  }));
  const assembly = stage.assemble();
  await seedSession(assembly, server);
  return { assembly, server, act: () => act(assembly, server) };
}

async function refreshNow({ refresher }: Assembly, { mcpUrl }: MisbehavingServer): Promise<string> {
  await refresher.refresh(mcpUrl);
  return works;
}

/** A session whose tokens are bound to a key. */
async function bound(stage: FaultStage): Promise<Scene> {
  const server = await stage.server(new BoundServer().routes);
  const assembly = stage.assemble();
  await assembly.signIn(server.mcpUrl);
  return { assembly, server, act: () => refreshNow(assembly, server) };
}

/** Uses the session when its access token is good for this long, in milliseconds. */
function using(remaining: number) {
  return async (stage: FaultStage): Promise<Scene> => {
    const scene = await withSession(stage, async ({ refresher, sessions }, { mcpUrl }) => {
      const before = sessions.get(mcpUrl);
      const session = await refresher.fresh(mcpUrl);
      return session === before ? 'used as it was' : works;
    });
    scene.assembly.clock.advance(60 * minute - remaining);
    return scene;
  };
}

async function useAfterRejection({ ports, refresher }: Assembly, { mcpUrl }: MisbehavingServer) {
  const send = createAuthorizedFetch(new URL(mcpUrl), { ...ports, refresher });
  const response = await send(mcpUrl, { method: 'POST', body: '{}' });
  assert.equal(response.status, 200);
  return works;
}

async function endSession({ ports, sessions }: Assembly, { mcpUrl }: MisbehavingServer) {
  const outcome = await signOut({ serverUrl: mcpUrl }, { ...ports, sessions }, new AbortController().signal);
  assert.equal(sessions.get(mcpUrl), undefined);
  return `signed out (${outcome})`;
}

/** What happens to a session. */
export const sessionSteps: readonly ProtocolStep[] = [
  {
    name: 'a refresh',
    request: refresh,
    works,
    prepare: (stage) => withSession(stage, refreshNow),
  },
  { name: 'a refresh of bound tokens', request: refresh, works, prepare: bound },
  {
    name: 'the refresh of an expired access token',
    request: refresh,
    works,
    prepare: using(0),
  },
  {
    name: 'the refresh of an access token ahead of its expiry',
    request: refresh,
    works,
    outcomes: always('used as it was', 'the access token still serves'),
    prepare: using(45_000),
  },
  {
    name: 'the refresh after HTTP 401',
    request: refresh,
    works,
    prepare: (stage) => withSession(stage, useAfterRejection),
  },
  {
    name: 'the revocation at the end of a session',
    request: { route: 'POST /revoke' },
    works: 'signed out (revoked)',
    outcomes: {
      ...always('signed out (failed)', 'the person said so'),
      garbage: { gives: 'signed out (revoked)', since: 'the body of the answer has no meaning (RFC 7009)' },
    },
    prepare: (stage) => withSession(stage, endSession),
  },
];
