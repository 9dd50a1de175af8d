import { createTemporaryFolder } from '../../test/support/temporaryFolder.ts';
import { installPeers } from '../peers.ts';
import type { Contender } from './contender.ts';
import { httpContender } from './httpContender.ts';
import { mcpRemoteContender } from './mcpRemoteContender.ts';
import { startProcess } from './startProcess.ts';
import { credential } from './traffic.ts';

/** The server and all ways to it, each in a process of its own. */
export async function startContenders(): Promise<{
  readonly contenders: readonly Contender[];
  readonly close: () => Promise<void>;
}> {
  const peers = await installPeers();
  const folder = await createTemporaryFolder('mcp-auth-bench-');
  const server = await startProcess('server');
  const [passThrough, ours] = [
    await startProcess('passThrough', server.url),
    await startProcess('ours', server.url),
  ];
  const contenders = [
    httpContender('direct', server.url, {
      authorization: credential,
      pid: undefined,
      close: () => undefined,
    }),
    httpContender('passThrough', passThrough.url, { ...passThrough, authorization: credential }),
    httpContender('ours', ours.url, { ...ours, authorization: undefined }),
    await mcpRemoteContender(peers, server.url, folder.path),
  ];
  return {
    contenders,
    close: async () => {
      for (const contender of contenders) {
        contender.close();
      }
      server.close();
      await folder.remove();
    },
  };
}
