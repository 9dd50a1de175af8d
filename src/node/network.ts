import { networkInterfaces } from 'node:os';

/** Whether this machine has an address that others could answer to: without one, asking is of no use. */
export function isOnline(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));
}
