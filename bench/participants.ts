import { type ChildProcess, fork } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listen } from '../test/support/demo/listener.ts';
import { inProject } from '../test/support/paths.ts';
import { createTemporaryFolder } from '../test/support/temporaryFolder.ts';
import type { ClientCommand, ClientEvent } from './clients/messages.ts';
import { type Events, eventsOf } from './eventsOf.ts';
import { now } from './now.ts';
import type { Peers } from './peers.ts';
import { plainNode } from './plainNode.ts';
import type { ServerProcess } from './serverProcess.ts';

/** What a sign-in can begin with. */
export const cases = ['first', 'document', 'known', 'again'] as const;
export type Case = (typeof cases)[number];

/** The document that describes the client, in the case `document`. The server takes its address for good. */
const clientMetadataUrl = 'https://client.example/metadata.json';

/** A sign-in under way. */
export interface Attempt {
  readonly events: Events<ClientEvent>;
  /** When the person clicked, or the command was started. */
  readonly clickedAt: number;
  /** Does what the browser does with the redirect. */
  callBack(url: string): Promise<void>;
  end(): Promise<void>;
}

/** One who takes part. */
export interface Participant {
  readonly name: 'mcp-remote' | 'one' | 'ours' | 'sdk';
  /** @param left what the `stored` event of a first sign-in carried; for the cases that begin with something */
  begin(which: Case, left: unknown): Promise<Attempt>;
}

/** A client that speaks the bench's protocol, from `bench/clients`. */
export function inClientProcess(
  name: 'one' | 'ours' | 'sdk',
  server: ServerProcess,
  options: {
    readonly args?: readonly string[];
    /** What is known of a client that has been registered, but has no session. */
    readonly registrationOf?: (left: unknown) => unknown;
  } = {},
): Participant {
  return {
    name,
    async begin(which, left) {
      const script = inProject('bench', 'clients', `${name}.ts`);
      const child = fork(script, [...(options.args ?? [])], { execArgv: [...plainNode], silent: true });
      const events = eventsOf<ClientEvent>(child);
      const command = (message: ClientCommand) => void child.send(message);
      const states = {
        first: undefined,
        document: undefined,
        known: options.registrationOf?.(left),
        again: left,
      };
      command({ kind: 'warmUp', url: server.warmUpUrl });
      await events.next('ready');
      command({
        kind: 'signIn',
        mcpUrl: server.mcpUrl,
        clientMetadataUrl: which === 'document' ? clientMetadataUrl : undefined,
        state: states[which],
      });
      return {
        events,
        clickedAt: (await events.next('clicked')).at,
        callBack: async (url) => command({ kind: 'callback', url }),
        end: () => endOf(child),
      };
    },
  };
}

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

async function endOf(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
