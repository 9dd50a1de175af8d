import { load, loadSentence, machine } from '../machine.ts';
import { now } from '../now.ts';
import type { Part } from '../part.ts';
import { peerVersions } from '../peers.ts';
import { inTurn, Rounds } from '../rounds.ts';
import { missed, targetTable } from '../target.ts';
import type { Contender, ContenderName } from './contender.ts';
import { type GatewayResults, loads, loadTable, streamTable, targetsOf } from './gatewayReport.ts';
import { putLoad } from './load.ts';
import { startContenders } from './startContenders.ts';

/** How many rounds the committed tables are made of. */
const plan = { loadRounds: 25, streamRounds: 9 } as const;

/** What the gateway adds to a request, and how much goes through it. Promised are ratios. */
export const gateway: Part = {
  name: 'gateway',
  async measure(fewer) {
    const before = load();
    const { contenders, close } = await startContenders();
    const loadRounds = fewer ?? plan.loadRounds;
    const streamRounds = fewer ?? plan.streamRounds;
    try {
      const results = await measureAll(contenders, { loadRounds, streamRounds });
      const targets = targetsOf(results);
      return {
        tables: [
          `Measured on ${machine()}, with mcp-remote ${peerVersions['mcp-remote']}. Medians of ${loadRounds} rounds, of the stream ${streamRounds}. ${loadSentence(before)}`,
          targetTable(targets),
          '### Calls of a tool',
          loadTable(results),
          '### A stream of 100 MB',
          streamTable(results),
        ].join('\n\n'),
        broken: missed(targets),
      };
    } finally {
      await close();
    }
  },
};

async function measureAll(
  contenders: readonly Contender[],
  { loadRounds, streamRounds }: { readonly loadRounds: number; readonly streamRounds: number },
): Promise<GatewayResults> {
  for (const contender of contenders) {
    await putLoad(contender, { calls: 3000, parallel: 16 });
    await contender.stream();
    contender.rest();
  }
  const byLoad = new Map(
    loads.map(({ parallel }) => [
      parallel,
      {
        p50: new Rounds<ContenderName>(),
        p99: new Rounds<ContenderName>(),
        perSecond: new Rounds<ContenderName>(),
        cpu: new Rounds<ContenderName>(),
      },
    ]),
  );
  for (let round = 0; round < loadRounds; round++) {
    console.error(`Calls: ${round + 1} of ${loadRounds}`);
    for (const { parallel, calls } of loads) {
      for (const contender of inTurn(contenders, round)) {
        const { p50, p99, perSecond, cpu } = await putLoad(contender, { calls, parallel });
        const rounds = byLoad.get(parallel);
        rounds?.p50.add(contender.name, p50);
        rounds?.p99.add(contender.name, p99);
        rounds?.perSecond.add(contender.name, perSecond);
        if (cpu !== undefined) {
          rounds?.cpu.add(contender.name, cpu);
        }
      }
    }
  }
  const stream = new Rounds<ContenderName>();
  for (let round = 0; round < streamRounds; round++) {
    console.error(`Streams: ${round + 1} of ${streamRounds}`);
    for (const contender of inTurn(contenders, round)) {
      const began = now();
      await contender.stream();
      stream.add(contender.name, now() - began);
      contender.rest();
    }
  }
  return { byLoad, stream };
}
