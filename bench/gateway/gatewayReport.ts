import type { Rounds } from '../rounds.ts';
import { table } from '../table.ts';
import type { Target } from '../target.ts';
import { type ContenderName, contenderNames, titles } from './contender.ts';

/** How many calls at one time; and how many in one round, which is to be short, so that turns change often. */
export const loads = [
  { parallel: 1, calls: 400 },
  { parallel: 16, calls: 800 },
  { parallel: 128, calls: 1280 },
] as const;

type Parallel = (typeof loads)[number]['parallel'];

/** What was measured at one load. */
export interface LoadRounds {
  /** Milliseconds. */
  readonly p50: Rounds<ContenderName>;
  readonly p99: Rounds<ContenderName>;
  readonly perSecond: Rounds<ContenderName>;
  /** Microseconds in the process in between. Not known everywhere; ticks are coarse, so that the mean is taken. */
  readonly cpu: Rounds<ContenderName>;
}

/** What was measured of the gateway and its peers. */
export interface GatewayResults {
  readonly byLoad: ReadonlyMap<Parallel, LoadRounds>;
  /** Milliseconds. */
  readonly stream: Rounds<ContenderName>;
}

/** The calls, as Markdown. */
export function loadTable({ byLoad }: GatewayResults): string {
  const rows = [...byLoad].flatMap(([parallel, { p50, p99, perSecond, cpu }]) =>
    contenderNames.map((name) => [
      name === 'direct' ? String(parallel) : '',
      titles[name],
      `${ratio(p50, name)} (${p50.median(name).toFixed(2)} ms)`,
      name === 'direct' ? '' : `${p50.difference(name, 'direct').toFixed(2)} ms`,
      `${ratio(p99, name)} (${p99.median(name).toFixed(2)} ms)`,
      name === 'direct' ? '' : `${p99.difference(name, 'direct').toFixed(2)} ms`,
      perSecond.median(name).toFixed(0),
      perSecond.ratio(name, 'mcpRemote').toFixed(2),
      cpu.mean(name)?.toFixed(0) ?? '',
    ]),
  );
  return table(
    [
      'at one time',
      '',
      'p50, × pass-through',
      'added to direct',
      'p99, × pass-through',
      'added to direct',
      'calls per second',
      '× `mcp-remote`',
      'processor time in between, µs per call',
    ],
    rows,
  );
}

/** The stream, as Markdown. */
export function streamTable({ stream }: GatewayResults): string {
  return table(
    ['', 'time, × pass-through', 'MB per second'],
    contenderNames.map((name) => [
      titles[name],
      `${ratio(stream, name)} (${stream.median(name).toFixed(0)} ms)`,
      (100_000 / stream.median(name)).toFixed(0),
    ]),
  );
}

/** What is to be held. */
export function targetsOf({ byLoad }: GatewayResults): readonly Target[] {
  return [...byLoad].flatMap(([parallel, { p50, perSecond }]) => {
    const latency: Target = {
      what: `p50 with ${parallel} at one time, × pass-through`,
      measured: p50.ratio('ours', 'passThrough'),
      limit: { most: 1.5 },
    };
    const throughput: Target = {
      what: `calls per second with ${parallel} at one time, × \`mcp-remote\``,
      measured: perSecond.ratio('ours', 'mcpRemote'),
      limit: { least: 3 },
    };
    return parallel === 1 ? [latency] : [latency, throughput];
  });
}

function ratio(rounds: Rounds<ContenderName>, name: ContenderName): string {
  return rounds.ratio(name, 'passThrough').toFixed(2);
}
