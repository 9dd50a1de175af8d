import { arch, cpus, loadavg, platform } from 'node:os';

/** What the bench runs on. */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? 'unknown'}, ${platform()} ${arch()}, Node ${process.version}`;
}

/** How busy the machine is: processes that want to run, on average over the last minute, those of the bench included. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

/** In a sentence, how busy the machine was. */
export function loadSentence(before: number): string {
  return `Load of the machine: ${before.toFixed(1)} before, ${load().toFixed(1)} after.`;
}
