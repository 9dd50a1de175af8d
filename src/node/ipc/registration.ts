import { isAbsolute } from 'node:path';
import { ProtocolError } from '../framing.ts';
import { isToken, protocolVersion } from './protocol.ts';
import { parseRecord, type UnknownRecord } from './records.ts';

/** What a window says of itself, in a file that nobody but its user can read. */
export interface Registration {
  /** That of the protocol: who knows another one only cannot talk to the window. */
  readonly version: typeof protocolVersion;
  readonly id: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The machine: a home folder may be that of several. */
  readonly host: string;
  /** A socket's path, or a pipe's name. */
  readonly address: string;
  /** 32 random bytes, known to nobody but who can read this. */
  readonly secret: string;
  /** The window's folders, by their paths: whoever calls in one of them means that window first. */
  readonly workspaceFolders: readonly string[];
}

/** The names of such files. */
export const registrationName = /^[\w-]{16}\.json$/;

/** In bytes. */
export const largestRegistration = 64 * 1024;

/** @throws ProtocolError for what is none of this version */
export function parseRegistration(text: string): Registration {
  const value = parseRecord(text);
  if (!isRegistration(value)) {
    throw new ProtocolError('A registration is malformed, or of another version.');
  }
  return value;
}

function isRegistration(value: UnknownRecord): value is UnknownRecord & Registration {
  const { version, id, pid, startedAt, host, address, secret, workspaceFolders } = value;
  return (
    version === protocolVersion &&
    typeof id === 'string' &&
    /^[\w-]{16}$/.test(id) &&
    typeof pid === 'number' &&
    typeof startedAt === 'number' &&
    typeof host === 'string' &&
    typeof address === 'string' &&
    isAbsolute(address) &&
    isToken(secret) &&
    Array.isArray(workspaceFolders) &&
    workspaceFolders.every((folder) => typeof folder === 'string')
  );
}
