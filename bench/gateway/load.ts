import { now } from '../now.ts';
import { quantile } from '../quantile.ts';
import type { Contender } from './contender.ts';
import { cpuTime } from './cpuTime.ts';

/** How a contender did under load. */
export interface LoadResult {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  /** Microseconds of a processor for one call, in the process in between. */
  readonly cpu: number | undefined;
}

/** Calls a tool so many times, so many at one time; before that, over each connection once. */
export async function putLoad(
  contender: Contender,
  { calls, parallel }: { readonly calls: number; readonly parallel: number },
): Promise<LoadResult> {
  const times: number[] = [];
  let left = calls;
  const work = async () => {
    while (left-- > 0) {
      const before = now();
      await contender.call();
      times.push(now() - before);
    }
  };
  await Promise.all(Array.from({ length: parallel }, () => contender.call()));
  const cpuBefore = await cpuTime(contender.pid);
  const began = now();
  await Promise.all(Array.from({ length: parallel }, work));
  const perSecond = (calls * 1000) / (now() - began);
  const cpuAfter = await cpuTime(contender.pid);
  contender.rest();
  const cpu = cpuBefore === undefined || cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / calls;
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), perSecond, cpu };
}
