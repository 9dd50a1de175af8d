import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { messageTextParser } from '../messageParser.ts';
import { protocolVersion } from './protocol.ts';

const registrationSchema = () =>
  v.object({
    /** That of the protocol: who knows another one only cannot talk to the window. */
    version: v.literal(protocolVersion),
    id: v.pipe(v.string(), v.regex(/^[\w-]{16}$/)),
    pid: v.pipe(v.number(), v.safeInteger()),
    /** Milliseconds since the epoch. */
    startedAt: v.pipe(v.number(), v.safeInteger()),
    /** The machine: a home folder may be that of several. */
    host: v.string(),
    /** A socket's path, or a pipe's name. */
    address: v.pipe(v.string(), v.check(isAbsolute)),
    /** 32 random bytes, known to nobody but who can read this. */
    secret: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
    /** The window's folders, by their paths: whoever calls in one of them means that window first. */
    workspaceFolders: v.array(v.string()),
  });

/** What a window says of itself, in a file that nobody but its user can read. */
export type Registration = Readonly<v.InferOutput<ReturnType<typeof registrationSchema>>>;

/** The names of such files. */
export const registrationName = /^[\w-]{16}\.json$/;

/** In bytes. */
export const largestRegistration = 64 * 1024;

/** @throws ProtocolError for what is none of this version */
export const parseRegistration = messageTextParser(registrationSchema);
