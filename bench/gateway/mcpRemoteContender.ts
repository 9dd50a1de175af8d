import type { Peers } from '../peers.ts';
import type { Contender } from './contender.ts';
import { startMcpRemote } from './startMcpRemote.ts';
import { initialized, stream, toolCall } from './traffic.ts';

/** A client that speaks to `mcp-remote` over stdio. */
export async function mcpRemoteContender(peers: Peers, url: URL, configFolder: string): Promise<Contender> {
  const remote = await startMcpRemote(peers, url, configFolder);
  const waiting = new Map<number, (isResult: boolean) => void>();
  let id = 0;
  let long = 0;
  remote.onMessage = ({ id: answered, result }) => {
    if (answered !== undefined) {
      waiting.get(answered)?.(result !== undefined);
      waiting.delete(answered);
    }
  };
  remote.onLong = () => {
    long++;
  };
  remote.send(initialized);
  const receive = (tool: 'echo' | 'stream') =>
    new Promise<void>((resolve, reject) => {
      const own = ++id;
      waiting.set(own, (isResult) =>
        isResult ? resolve() : reject(new Error('mcp-remote answers an error.')),
      );
      remote.send(toolCall(own, tool));
    });
  return {
    name: 'mcpRemote',
    pid: remote.pid,
    call: () => receive('echo'),
    stream: async () => {
      long = 0;
      await receive('stream');
      if (long !== stream.events) {
        throw new Error(`mcp-remote has passed on ${long} of ${stream.events} events.`);
      }
    },
    rest: () => undefined,
    close: remote.close,
  };
}
