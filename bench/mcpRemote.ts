import { fork } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listen } from '../test/support/demo/listener.ts';
import { inProject } from '../test/support/paths.ts';
import { createTemporaryFolder } from '../test/support/temporaryFolder.ts';
import type { ClientEvent } from './clients/messages.ts';
import { eventsOf } from './eventsOf.ts';
import { now } from './now.ts';
import { clientMetadataUrl, endOf, type Participant } from './participant.ts';
import type { Peers } from './peers.ts';
import type { ServerProcess } from './serverProcess.ts';

/** `mcp-remote <url> <port>`, as users have it in their configuration. What it keeps is a folder. */
export async function createMcpRemote(peers: Peers, server: ServerProcess): Promise<Participant> {
  const { port, close } = await listen('127.0.0.1', 0);
  await close();
  const temporary = await createTemporaryFolder('mcp-auth-bench-');
  const watcher = pathToFileURL(inProject('bench', 'clients', 'watchMcpRemote.mjs')).href;
  const kept = join(temporary.path, 'kept');
  let attempts = 0;
  return {
    name: 'mcp-remote',
    async begin(which, left) {
      // The very first sign-in is the one that the others build on.
      const folder = left === undefined ? kept : join(temporary.path, String(attempts++));
      await mkdir(folder);
      if (which === 'known' || which === 'again') {
        const filter = (path: string) =>
          which === 'again' || !path.endsWith('.json') || /client_info/.test(path);
        await cp(kept, folder, { recursive: true, filter });
      }
      const document = which === 'document' ? ['--client-metadata-url', clientMetadataUrl] : [];
      const clickedAt = now();
      const child = fork(peers.mcpRemoteScript, [server.mcpUrl, String(port), ...document], {
        execArgv: ['--import', watcher],
        env: { ...process.env, MCP_REMOTE_CONFIG_DIR: folder },
        silent: true,
      });
      const events = eventsOf<ClientEvent>(child);
      return {
        events,
        clickedAt,
        callBack: async (url) => {
          // With a session from before it opens the browser first, and a quick one would find nobody.
          await events.next('listening');
          await (await fetch(url)).text();
        },
        end: () => endOf(child),
      };
    },
  };
}
