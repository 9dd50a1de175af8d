import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Clock, createDeadline } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Side } from '../../core/windows/handshake.ts';
import type { WindowHandlers } from '../../core/windows/windowGroup.ts';
import { Lines } from '../framing.ts';
import { type Introduction, type IntroductionPorts, introduce } from './introduction.ts';
import { PeerConnection } from './peerConnection.ts';
import type { Peers } from './peers.ts';
import { handshakeLimit, lineLimits } from './protocol.ts';
import type { RegisteredWindow } from './registry.ts';

/** What meeting other windows needs. */
export interface EncounterPorts extends IntroductionPorts {
  readonly peers: Peers;
  readonly handlers: WindowHandlers;
  readonly log: Log;
  readonly clock: Clock;
  /** Ends all encounters. */
  readonly signal: AbortSignal;
}

/** What came of an encounter: nothing at all where the other window is gone, or is none. */
export type Result = Introduction | { readonly outcome: 'gone' | 'failed' };

/** Meets a registered window, and swaps changes with it if it is of the same group. Never throws. */
export async function visit(window: RegisteredWindow, ports: EncounterPorts): Promise<Result> {
  const socket = connect(window.address);
  try {
    await once(socket, 'connect', { signal: ports.signal });
  } catch (reason) {
    socket.destroy();
    ports.log.debug('A window cannot be reached', { window: window.id, reason });
    return { outcome: isGone(reason) ? 'gone' : 'failed' };
  }
  const result = await meet({ socket, side: 'initiator', expected: window.id }, ports);
  if (result.outcome === 'member') {
    welcome(result, ports.self.id, ports);
    await swapChanges(result.peer.id, ports);
  }
  return result;
}

/** Meets whoever has opened a connection to this window. Never throws. */
export async function receive(socket: Socket, ports: EncounterPorts): Promise<Result> {
  const result = await meet({ socket, side: 'responder' }, ports);
  if (result.outcome === 'member') {
    welcome(result, result.peer.id, ports);
  }
  return result;
}

interface Meeting {
  readonly socket: Socket;
  readonly side: Side;
  readonly expected?: string;
}

async function meet({ socket, ...meeting }: Meeting, ports: EncounterPorts): Promise<Result> {
  const { clock, log, signal } = ports;
  const lines = new Lines(socket, lineLimits.greeting);
  const deadline = createDeadline(clock, handshakeLimit, {
    signal,
    sentence: 'A window took too long to introduce itself.',
  });
  const close = () => lines.close();
  deadline.signal.addEventListener('abort', close, { once: true });
  let result: Result = { outcome: 'failed' };
  try {
    result = await introduce({ ...meeting, lines, signal: deadline.signal }, ports);
  } catch (reason) {
    log.debug('Whoever wanted to be a window of this group is none', { reason });
  } finally {
    deadline.signal.removeEventListener('abort', close);
    deadline.dispose();
  }
  if (result.outcome !== 'member' || signal.aborted) {
    lines.close();
  }
  return result;
}

function welcome(
  { peer, channel }: Extract<Introduction, { readonly outcome: 'member' }>,
  openedBy: string,
  { peers, handlers, log }: EncounterPorts,
): void {
  peers.add(new PeerConnection({ peer, openedBy, channel, handlers, log }));
}

/** The other window is a peer already: what changes after the snapshot is announced to it. */
async function swapChanges(id: string, { peers, handlers, log }: EncounterPorts): Promise<void> {
  try {
    await handlers.apply(await peers.exchange(id, await handlers.snapshot()));
  } catch (reason) {
    log.warn('Changes could not be exchanged with another window', { reason });
  }
}

/** Nobody listens at that address, and nobody will: no address is used twice. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ECONNREFUSED|ENOENT)$/.test(String(error.code));
}
