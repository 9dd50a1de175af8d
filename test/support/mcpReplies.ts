import type { Answer, ReceivedRequest } from './misbehavingServer.ts';
import { json, missing, type Reply, text } from './reply.ts';

const greeting = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'sample', version: '1.0.0' },
};

/** Answers as an MCP server with two tools; `answers` say otherwise by method. */
export function speakMcp(answers: Readonly<Record<string, Answer>> = {}): Answer {
  return (request) => {
    const { id, method } = JSON.parse(request.body);
    const answer = answers[method] ?? usual(id, method);
    return typeof answer === 'function' ? answer(request) : answer;
  };
}

/** A result as JSON-RPC has it. */
export function mcpResult(result: unknown): Answer {
  return ({ body }) => json({ jsonrpc: '2.0', id: JSON.parse(body).id, result });
}

/** An error as JSON-RPC has it. */
export function mcpError(
  error: { readonly code: number; readonly message: string; readonly data?: unknown },
  status = 200,
): Answer {
  return ({ body }) => json({ jsonrpc: '2.0', id: JSON.parse(body).id, error }, { status });
}

/** The stream of a server of 2024-11-05 that knows what it will be asked; its messages go to `/messages`. */
export const wholeEventStream = text(
  [
    'event: endpoint\ndata: /messages\n\n',
    ...[greeting, { tools: [{}, {}] }].map(
      (result, index) => `data: ${JSON.stringify({ jsonrpc: '2.0', id: index + 1, result })}\n\n`,
    ),
  ].join(''),
  'text/event-stream',
);

/** One answer to requests with a header of this value, another one to all others. */
export function byHeader(
  name: string,
  value: string | RegExp,
  [its, others]: readonly [Answer, Answer],
): Answer {
  return (request: ReceivedRequest): Reply => {
    const given = request.headers[name];
    const isIts =
      typeof given === 'string' && (typeof value === 'string' ? given === value : value.test(given));
    const answer = isIts ? its : others;
    return typeof answer === 'function' ? answer(request) : answer;
  };
}

function usual(id: unknown, method: string): Reply {
  switch (method) {
    case 'initialize':
      return json({ jsonrpc: '2.0', id, result: greeting });
    case 'notifications/initialized':
      return text('', 'text/plain', { status: 202 });
    case 'tools/list':
      return json({ jsonrpc: '2.0', id, result: { tools: [{}, {}] } });
    default:
      return missing;
  }
}
