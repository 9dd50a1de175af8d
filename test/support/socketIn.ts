import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** Where a program of a test can listen: a socket in a folder, or on Windows a pipe as windows have it. */
export function socketIn(folder: string, name: string): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\mcp-auth-${randomBytes(16).toString('hex')}`
    : join(folder, name);
}
