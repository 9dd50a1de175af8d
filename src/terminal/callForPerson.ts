import { callWindow, type WindowCalls } from '../node/ipc/callWindow.ts';
import type { Answer } from '../node/ipc/terminalCalls.ts';
import type { Person } from './person.ts';
import { workingFolder } from './workingFolder.ts';

/** Calls the window that answers, while the person sees what is waited for. @throws CommandError */
export async function callForPerson<T>(
  person: Person,
  call: (calls: WindowCalls) => Promise<Answer<T>>,
): Promise<T> {
  return await callWindow(call, {
    env: process.env,
    workingFolder: workingFolder(),
    prompts: person.prompts,
    warn: person.warn,
  });
}
