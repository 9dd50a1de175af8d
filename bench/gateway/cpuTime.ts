import { readFile } from 'node:fs/promises';

/** Linux counts in ticks of ten milliseconds, whatever the machine. */
const tick = 10_000;

/** Microseconds for which a process has had a processor so far; nothing where the system does not say it in a file. */
export async function cpuTime(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined || process.platform !== 'linux') {
    return undefined;
  }
  // The name of the program, in brackets, may hold anything. After it come the state and ten other fields.
  const [user, system] = (await readFile(`/proc/${pid}/stat`, 'utf8'))
    .replace(/^.*\)/s, '')
    .trim()
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * tick;
}
