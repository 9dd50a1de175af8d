import { type Machine, startMachine } from './machine.ts';

/** The machine that all journeys of one test go on, each as if it were the first. */
let machine: Promise<Machine> | undefined;

/** Starts the machine for the first who asks. */
export function sharedMachine(): Promise<Machine> {
  machine ??= startMachine();
  return machine;
}

/** Ends the machine, if anybody has asked for it. */
export async function closeSharedMachine(): Promise<void> {
  await (await machine)?.close();
  machine = undefined;
}
