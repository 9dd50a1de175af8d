import assert from 'node:assert/strict';
import { diagnose } from '../../../src/core/connection/diagnose.ts';
import type { Assembly } from '../authenticationPorts.ts';
import { BoundServer } from '../boundServer.ts';
import type { MisbehavingServer, ReceivedRequest } from '../misbehavingServer.ts';
import { json, missing, page, type Reply, text } from '../reply.ts';
import type { FaultStage } from './faultStage.ts';
import { seedSession } from './scenes.ts';
import { always, type ProtocolStep, type Scene, when } from './step.ts';

const works = 'connected';

const initialized = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x' } };

/** The whole stream of a server of 2024-11-05, which knows what it will be asked. */
const eventStream = [
  'event: endpoint\ndata: /messages\n\n',
  ...[initialized, { tools: [] }].map(
    (result, index) => `data: ${JSON.stringify({ jsonrpc: '2.0', id: index + 1, result })}\n\n`,
  ),
].join('');

/** Answers as an MCP server that has a handshake, or knows none. */
function speak(kind: 'handshake' | 'stateless') {
  return ({ body }: ReceivedRequest): Reply => {
    const { id, method } = JSON.parse(body);
    const answer = (result: unknown) =>
      json({ jsonrpc: '2.0', id, result }, { headers: { 'mcp-session-id': 'mcp-session-1' } });
    switch (method) {
      case 'initialize':
        return kind === 'handshake' ? answer(initialized) : page(400);
      case 'notifications/initialized':
        return text('', 'text/plain', { status: 202 });
      case 'tools/list':
        return answer({ tools: [{}, {}] });
      default:
        return missing;
    }
  };
}

/** Tests the connection by a session. */
function connecting(kind: 'handshake' | 'stateless', transport: 'http' | 'sse' = 'http') {
  return async (stage: FaultStage): Promise<Scene> => {
    const server = await stage.server(() => ({
      'POST /mcp': transport === 'http' ? speak(kind) : missing,
      'GET /mcp': text(eventStream, 'text/event-stream'),
      'POST /messages': text('', 'text/plain', { status: 202 }),
      'DELETE /mcp': text('', 'text/plain'),
    }));
    const assembly = stage.assemble();
    await seedSession(assembly, server);
    return { assembly, server, act: connect(assembly, server, transport) };
  };
}

/** The same by a session whose tokens are bound to a key. */
async function connectingBound(stage: FaultStage): Promise<Scene> {
  const { routes } = new BoundServer();
  const server = await stage.server((honest) => {
    const judge = routes(honest)['POST /mcp'];
    const judged = (request: ReceivedRequest): Reply => {
      const reply = typeof judge === 'function' ? judge(request) : assert.fail('nobody judges proofs');
      return reply.kind === 'complete' && reply.status === 200 ? speak('stateless')(request) : reply;
    };
    return { ...routes(honest), 'POST /mcp': judged };
  });
  const assembly = stage.assemble();
  await assembly.signIn(server.mcpUrl);
  // A session that seems to be stale is refreshed before anything is said of it: sessionSteps has what comes of that.
  server.answer('POST /token', page(503));
  return { assembly, server, act: connect(assembly, server, 'http') };
}

function connect(
  { ports, refresher }: Assembly,
  { mcpUrl }: MisbehavingServer,
  transport: 'http' | 'sse',
): () => Promise<string> {
  return async () => {
    const target = { serverUrl: new URL(mcpUrl), transport };
    await diagnose(
      target,
      { kind: 'session' },
      { ...ports, refresher, signal: new AbortController().signal },
    );
    return works;
  };
}

const unreadable = {
  garbage: { rejects: 'invalid_response', says: / answered, but not with an MCP message\.$/ },
  tooLarge: { rejects: 'invalid_response', says: / answered, but with more than 5 MB\.$/ },
} as const;

/** MCP requests with the credential. */
export const connectionSteps: readonly ProtocolStep[] = [
  {
    name: 'initialize with the credential',
    request: { route: 'POST /mcp', holding: '"initialize"' },
    works,
    outcomes: unreadable,
    prepare: connecting('handshake'),
  },
  {
    name: 'the notification that the handshake is over',
    request: { route: 'POST /mcp', holding: '"notifications/initialized"' },
    works,
    outcomes: when(['http500', 'http429', 'http429Date', 'garbage', 'truncated', 'tooLarge'], {
      gives: works,
      since: 'nothing of the answer is needed',
    }),
    prepare: connecting('handshake'),
  },
  {
    name: 'tools/list with the credential',
    request: { route: 'POST /mcp', holding: '"tools/list"' },
    works,
    outcomes: unreadable,
    prepare: connecting('handshake'),
  },
  {
    name: 'tools/list with the credential, without a handshake',
    request: { route: 'POST /mcp', holding: '"tools/list"' },
    works,
    outcomes: unreadable,
    prepare: connecting('stateless'),
  },
  {
    name: 'tools/list with a bound credential',
    request: { route: 'POST /mcp', holding: '"tools/list"' },
    works,
    outcomes: {
      ...unreadable,
      // Without it the server has no such problem.
      http500: {
        rejects: 'token_rejected',
        says: / answers HTTP 500 to the session, but asks for a credential without it: /,
      },
    },
    prepare: connectingBound,
  },
  {
    name: 'the end of the MCP session',
    request: { route: 'DELETE /mcp' },
    works,
    outcomes: always(works, 'it is a courtesy'),
    prepare: connecting('handshake'),
  },
  {
    name: 'the event stream with the credential',
    request: { route: 'GET /mcp' },
    works,
    outcomes: when(['garbage', 'truncated', 'tooLarge'], {
      rejects: 'invalid_response',
      says: / answered, but not with an event stream\.$/,
    }),
    prepare: connecting('handshake', 'sse'),
  },
];
