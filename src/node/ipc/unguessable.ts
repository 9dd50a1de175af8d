import { closeSync, openSync, readSync } from 'node:fs';

const size = 32;

/**
 * 32 bytes that nobody can guess, as base64url. Read from the system's own source where that is a file, because loading
 * `node:crypto` takes longer than all else that the terminal command does, and clients wait for it.
 */
export function unguessable(): string {
  return (process.platform === 'win32' ? fromCrypto() : fromDevice()).toString('base64url');
}

function fromDevice(): Buffer {
  const bytes = Buffer.alloc(size);
  const device = openSync('/dev/urandom', 'r');
  try {
    if (readSync(device, bytes) !== size) {
      throw new Error('/dev/urandom gives too little.');
    }
  } finally {
    closeSync(device);
  }
  return bytes;
}

function fromCrypto(): Buffer {
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  return randomBytes(size);
}
