import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../core/log.ts';
import { isSocketAddress } from '../socketAddress.ts';
import {
  largestRegistration,
  parseRegistration,
  type Registration,
  registrationName,
} from './registration.ts';

/**
 * Clears away what windows have left behind that ended without time to do so: their registrations, and the sockets
 * that they had by way of this folder. A window is gone when nobody listens at its address; one of another machine,
 * which shares the folder, is left alone.
 *
 * Never throws: what cannot be cleared does no harm.
 */
export async function clearStale(folder: string, log: Log): Promise<void> {
  try {
    const names = (await readdir(folder)).filter((name) => registrationName.test(name));
    await Promise.all(names.map((name) => clearIfStale(folder, name)));
  } catch (reason) {
    log.debug('What other windows left behind could not be cleared', { reason });
  }
}

async function clearIfStale(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const registration = await read(path);
  if (registration?.host !== hostname() || (await isAnswered(registration.address))) {
    return;
  }
  const { id: windowId, address } = registration;
  const { platform } = process;
  // A pipe is gone with its process.
  if (platform !== 'win32' && isSocketAddress(address, { folder, windowId, platform })) {
    await rm(address, { force: true });
  }
  await rm(path, { force: true });
}

/** @returns nothing for what is no registration, or is gone meanwhile */
async function read(path: string): Promise<Registration | undefined> {
  try {
    const stats = await lstat(path);
    const isOne = stats.isFile() && stats.size <= largestRegistration;
    return isOne ? parseRegistration(await readFile(path, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether somebody listens at an address. Where that cannot be told, somebody does. */
async function isAnswered(address: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error) => {
      resolve(!('code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT')));
    });
  });
}
