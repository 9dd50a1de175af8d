import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Lines, ProtocolError } from '../framing.ts';
import { type Hello, parseHello, parseProof, protocolVersion } from './protocol.ts';
import { unguessable } from './unguessable.ts';

type Role = Hello['role'];

/** What both ends have said first, byte for byte. Each has an unguessable number in it. */
type Hellos = Readonly<Record<Role, string>>;

/**
 * The window's part: it proves that it knows the secret, and learns whether the terminal does.
 *
 * @returns whether it does; `false` where the connection has ended before
 * @throws ProtocolError where something else is at the other end, or it fails to prove itself
 */
export async function admitTerminal(lines: Lines, secret: string): Promise<boolean> {
  const terminal = await lines.receive();
  if (terminal === undefined) {
    return false;
  }
  parseHello(terminal, 'terminal');
  const hellos = { terminal, window: writeHello('window') };
  lines.send(hellos.window);
  lines.send(writeProof(secret, 'window', hellos));
  return await hearProof(lines, secret, { by: 'terminal', hellos });
}

/**
 * The terminal's part. The window proves itself first: who only listens where a window once did learns nothing but a
 * random number.
 *
 * @returns whether the window is who it should be; `false` where the connection has ended before
 * @throws ProtocolError where something else is at the other end, or it fails to prove itself
 */
export async function greetWindow(lines: Lines, secret: string): Promise<boolean> {
  const terminal = writeHello('terminal');
  lines.send(terminal);
  const window = await lines.receive();
  if (window === undefined) {
    return false;
  }
  parseHello(window, 'window');
  const hellos = { terminal, window };
  if (!(await hearProof(lines, secret, { by: 'window', hellos }))) {
    return false;
  }
  lines.send(writeProof(secret, 'terminal', hellos));
  return true;
}

async function hearProof(
  lines: Lines,
  secret: string,
  { by, hellos }: { readonly by: Role; readonly hellos: Hellos },
): Promise<boolean> {
  const line = await lines.receive();
  if (line === undefined) {
    return false;
  }
  const proof = parseProof(line);
  // Compared as it comes: what its time tells is of no use for another proof, which is of other numbers.
  if (proof !== prove(secret, by, hellos)) {
    throw new ProtocolError(`The ${by} could not prove that it knows the secret.`);
  }
  return true;
}

/** Holds for these two hellos and this role only: it can neither be repeated later nor be sent back. */
function prove(secret: string, role: Role, { terminal, window }: Hellos): string {
  const key = Buffer.from(secret, 'base64url');
  const text = Buffer.from(JSON.stringify([role, terminal, window]));
  return Buffer.from(hmac(sha256, key, text)).toString('base64url');
}

function writeProof(secret: string, role: Role, hellos: Hellos): string {
  return JSON.stringify({ type: 'proof', proof: prove(secret, role, hellos) });
}

function writeHello(role: Role): string {
  const nonce = unguessable();
  return JSON.stringify({ type: 'hello', version: protocolVersion, role, nonce } satisfies Hello);
}
