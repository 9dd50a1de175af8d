import { fork } from 'node:child_process';
import { inProject } from '../test/support/paths.ts';
import type { ClientCommand, ClientEvent } from './clients/messages.ts';
import { eventsOf } from './eventsOf.ts';
import { clientMetadataUrl, endOf, type Participant } from './participant.ts';
import { plainNode } from './plainNode.ts';
import type { ServerProcess } from './serverProcess.ts';

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
