import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Disposable } from '../../core/disposable.ts';
import { Lines } from '../framing.ts';
import { listenPrivately } from '../listenPrivately.ts';
import { ensurePrivateFolder } from '../privateFolder.ts';
import { type Announcement, Announcer } from './announcer.ts';
import { clearStale } from './clearStale.ts';
import { serveTerminal, type TerminalPorts } from './connectedTerminal.ts';
import { admitTerminal } from './handshake.ts';
import { lineLimits, protocolVersion, timeLimits } from './protocol.ts';
import { RegistrationFiles } from './registrationFiles.ts';

/** What listening for terminals needs. */
export interface TerminalListenerOptions extends TerminalPorts, Announcement {
  /** Where windows register, and listen. Absolute, and for nothing else. */
  readonly folder: string;
}

/** A window that the terminal command can call. */
export interface TerminalListener extends Disposable {
  /** For the environment of terminals: the path of this window's registration. Nothing secret. */
  readonly handle: string;
  /** Says something else of this window from now on. @throws the system's error, or an `Error` for an unsafe folder */
  announce(announcement: Announcement): Promise<void>;
}

/** Every call of the command is a connection, and a client with many servers may call for all of them at once. */
const mostConnections = 128;

/**
 * Makes this window one that the terminal command can call, until the result is disposed. Who calls has to prove that it
 * can read the window's registration, which only this user can.
 *
 * @throws the system's error, or an `Error` where there is no safe place
 */
export async function listenForTerminals(options: TerminalListenerOptions): Promise<TerminalListener> {
  const { folder, workspaceFolders, headlessFolder, clock, log, redactor } = options;
  await ensurePrivateFolder(folder);
  await clearStale(folder, log);
  const id = randomBytes(12).toString('base64url');
  const secret = randomBytes(32).toString('base64url');
  redactor.learn(secret);
  const { server, address } = await listenPrivately(folder, id);
  const sockets = new Set<Socket>();
  server.maxConnections = mostConnections;
  server.on('error', (reason) => log.warn('A connection of a terminal was lost', { reason }));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void meetTerminal(socket, secret, options);
  });
  const files = new RegistrationFiles(id, log);
  const announcer = new Announcer(
    { files, folder, log },
    {
      ...{ version: protocolVersion, id, address, secret },
      ...{ pid: process.pid, startedAt: clock.now(), host: hostname() },
    },
  );
  const dispose = () => {
    files.dispose();
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  try {
    await announcer.announce({ workspaceFolders });
  } catch (error) {
    dispose();
    throw error;
  }
  if (headlessFolder !== undefined) {
    // Terminals of this window do without it.
    await announcer
      .announce({ workspaceFolders, headlessFolder })
      .catch((reason) => log.warn('This window could not be registered for programs elsewhere', { reason }));
  }
  return {
    handle: files.pathIn(folder),
    announce: (announcement) => announcer.announce(announcement),
    dispose,
  };
}

/** Never throws: who cannot prove itself, or be understood, is hung up on. */
async function meetTerminal(socket: Socket, secret: string, ports: TerminalPorts): Promise<void> {
  const lines = new Lines(socket, lineLimits.handshake);
  const timer = ports.clock.setTimer(timeLimits.handshake, () => lines.close());
  try {
    const isAdmitted = await admitTerminal(lines, secret);
    timer.dispose();
    if (isAdmitted) {
      await serveTerminal(lines, ports);
    }
  } catch (reason) {
    ports.log.warn('A program that called like a terminal was hung up on', { reason });
  } finally {
    timer.dispose();
    lines.close();
  }
}
