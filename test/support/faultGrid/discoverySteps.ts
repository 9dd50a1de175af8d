import type { SignInOptions } from '../authenticationPorts.ts';
import type { Honest, MisbehavingServer, Routes } from '../misbehavingServer.ts';
import { json, missing, unauthorized } from '../reply.ts';
import type { FaultStage } from './faultStage.ts';
import { seedSession, signIn } from './scenes.ts';
import { always, type ProtocolStep, type Scene, when } from './step.ts';

const below = 'GET /.well-known/oauth-protected-resource/mcp';
const atRoot = 'GET /.well-known/oauth-protected-resource';
const oauthPlace = 'GET /.well-known/oauth-authorization-server';
const openIdPlace = 'GET /.well-known/openid-configuration';
const elsewhere = 'GET /metadata-that-the-challenge-names';
const works = 'signed in';

/** A challenge that names no metadata. */
const plainChallenge = { 'POST /mcp': unauthorized('Bearer') };

const notMcp = { rejects: 'invalid_response', says: / answered, but not with an MCP message\.$/ } as const;
const notStream = {
  rejects: 'invalid_response',
  says: / answered, but not with an event stream\.$/,
} as const;

/** Somebody signs in for the first time at a server like this. */
function first(overrides?: (honest: Honest) => Routes, options: SignInOptions = {}) {
  return async (stage: FaultStage): Promise<Scene> => {
    const server = await stage.server(overrides);
    const assembly = stage.assemble();
    return { assembly, server, act: signIn(assembly, server, options) };
  };
}

/** Somebody signs in who was signed in before. */
function again(options: SignInOptions, overrides?: (honest: Honest) => Routes) {
  return async (stage: FaultStage): Promise<Scene> => {
    const server = await stage.server(overrides);
    const assembly = stage.assemble();
    await signIn(assembly, server)();
    return { assembly, server, act: signIn(assembly, server, options) };
  };
}

/** One of the two authorization servers that a server names, both honest at first. */
async function firstOfTwo(stage: FaultStage): Promise<Scene> {
  const faulty = await stage.server();
  const server = await stage.server(({ resource, origin }) => ({
    [below]: json({ ...resource, authorization_servers: [faulty.origin, origin] }),
  }));
  const assembly = stage.assemble();
  return { assembly, server, faulty, act: signIn(assembly, server) };
}

async function configured(stage: FaultStage): Promise<Scene> {
  const faulty: MisbehavingServer = await stage.server();
  const server = await stage.server();
  const assembly = stage.assemble();
  await seedSession(assembly, server);
  const authServerMetadataUrl = `${faulty.origin}/.well-known/oauth-authorization-server`;
  return { assembly, server, faulty, act: signIn(assembly, server, { authServerMetadataUrl }) };
}

const pageIsNone = 'a page at a place that was only guessed means that there is no metadata';

/** What happens before a client is registered. */
export const discoverySteps: readonly ProtocolStep[] = [
  {
    name: 'the request without a credential',
    request: { route: 'POST /mcp' },
    works,
    outcomes: always(works, 'the well-known place says the same'),
    prepare: first(),
  },
  {
    name: 'the request without a credential, at a server without metadata',
    request: { route: 'POST /mcp' },
    works,
    outcomes: {
      garbage: notMcp,
      tooLarge: { rejects: 'invalid_response', says: / answered, but with more than 5 MB\.$/ },
    },
    prepare: first(() => ({ ...plainChallenge, [below]: missing })),
  },
  {
    name: 'the event stream without a credential, at a server without metadata',
    request: { route: 'GET /mcp' },
    works,
    outcomes: when(['garbage', 'truncated', 'tooLarge'], notStream),
    prepare: first(() => ({ 'GET /mcp': unauthorized('Bearer'), [below]: missing }), { transport: 'sse' }),
  },
  {
    name: 'protected resource metadata where the challenge says that it is',
    request: { route: elsewhere },
    works,
    prepare: first(({ origin, resource }) => ({
      'POST /mcp': unauthorized(`Bearer resource_metadata="${origin}${elsewhere.slice(4)}"`),
      [elsewhere]: json(resource),
    })),
  },
  {
    name: 'protected resource metadata at the well-known place, which the challenge names',
    request: { route: below },
    works,
    prepare: first(),
  },
  {
    name: 'protected resource metadata below the path, where nothing names it',
    request: { route: below },
    works,
    outcomes: {
      ...always(works, 'the root has it too'),
      timeout: { rejects: 'timeout' },
    },
    prepare: first(({ resource }) => ({ ...plainChallenge, [atRoot]: json(resource) })),
  },
  {
    name: 'protected resource metadata at the root, where nothing names it',
    request: { route: atRoot },
    works,
    outcomes: {
      ...always(works, 'a server without metadata is its own authorization server'),
      timeout: { rejects: 'timeout' },
    },
    prepare: first(({ resource }) => ({ ...plainChallenge, [below]: missing, [atRoot]: json(resource) })),
  },
  {
    name: 'protected resource metadata that nothing names, after an earlier sign-in',
    request: { route: below },
    works,
    outcomes: when(['garbage', 'tooLarge'], { gives: works, since: pageIsNone }),
    prepare: again({ scopes: 'files:read' }, () => plainChallenge),
  },
  {
    name: 'authorization server metadata',
    request: { route: oauthPlace },
    works,
    prepare: first(),
  },
  {
    name: 'authorization server metadata that is at the OpenID place as well',
    request: { route: oauthPlace },
    works,
    outcomes: when(['http500', 'http429', 'http429Date', 'garbage', 'tooLarge'], {
      gives: works,
      since: 'the next place has it',
    }),
    prepare: first(({ metadata }) => ({ [openIdPlace]: json(metadata) })),
  },
  {
    name: 'authorization server metadata of the first of two',
    request: { route: oauthPlace },
    works,
    outcomes: always(works, 'the second will do'),
    prepare: firstOfTwo,
  },
  {
    name: 'authorization server metadata that the configuration names',
    request: { route: oauthPlace },
    works,
    outcomes: {
      garbage: {
        rejects: 'invalid_response',
        says: / that "oauth\.authServerMetadataUrl" names is no metadata: it has no issuer\.$/,
      },
    },
    prepare: configured,
  },
  {
    name: 'protected resource metadata while the browser is open',
    request: { route: below },
    works,
    outcomes: always(works, 'what is remembered still serves'),
    prepare: again({}),
  },
  {
    name: 'authorization server metadata while the browser is open',
    request: { route: oauthPlace },
    works,
    outcomes: always(works, 'what is remembered still serves'),
    prepare: again({}),
  },
];
