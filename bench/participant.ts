import type { ChildProcess } from 'node:child_process';
import type { ClientEvent } from './clients/messages.ts';
import type { Events } from './eventsOf.ts';

/** What a sign-in can begin with. */
export const cases = ['first', 'document', 'known', 'again'] as const;
export type Case = (typeof cases)[number];

/** The document that describes the client, in the case `document`. The server takes its address for good. */
export const clientMetadataUrl = 'https://client.example/metadata.json';

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

/** Ends a process, and waits until it has. */
export async function endOf(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
