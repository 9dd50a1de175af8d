import http from 'node:http';
import { load, loadSentence, machine } from '../machine.ts';
import type { Part } from '../part.ts';
import { inTurn, Rounds } from '../rounds.ts';
import { table } from '../table.ts';
import { titles } from './contender.ts';
import { httpContender } from './httpContender.ts';
import { putLoad } from './load.ts';
import type { Memory } from './processes/messages.ts';
import { startProcess } from './startProcess.ts';
import { credential } from './traffic.ts';

const names = ['passThrough', 'ours'] as const;
type Name = (typeof names)[number];

const kinds = ['heap', 'buffers', 'resident'] as const satisfies readonly (keyof Memory)[];

/** How many streams are open at one time. */
const streams = 128;

/** What an idle stream costs a process that it goes through. Nothing is promised. */
export const memory: Part = {
  name: 'memory',
  async measure(fewer = 9) {
    const before = load();
    const rounds = {
      heap: new Rounds<Name>(),
      buffers: new Rounds<Name>(),
      resident: new Rounds<Name>(),
    };
    for (let round = 0; round < fewer; round++) {
      console.error(`Memory: ${round + 1} of ${fewer}`);
      for (const name of inTurn(names, round)) {
        const growth = await growthPerStream(name);
        for (const kind of kinds) {
          rounds[kind].add(name, growth[kind]);
        }
      }
    }
    const row = (name: Name) => [
      titles[name],
      ...kinds.map((kind) => `${(rounds[kind].median(name) / 1000).toFixed(1)}`),
    ];
    return {
      tables: [
        `Measured on ${machine()}. Medians of ${fewer} processes of each kind. ${loadSentence(before)}`,
        table(['kB per stream', 'heap', 'buffers', 'resident'], names.map(row)),
      ].join('\n\n'),
      broken: [],
    };
  },
};

/** Bytes that a new process grows by, for each of the streams. */
async function growthPerStream(name: Name): Promise<Memory> {
  const server = await startProcess('server');
  const proxy = await startProcess(name, server.url);
  const agent = new http.Agent();
  try {
    const authorization = name === 'ours' ? undefined : credential;
    const warmUp = httpContender(name, proxy.url, { authorization, pid: undefined, close: () => undefined });
    await putLoad(warmUp, { calls: 1000, parallel: 16 });
    warmUp.close();
    const before = await proxy.memory();
    await Promise.all(Array.from({ length: streams }, () => openStream(proxy.url, agent)));
    const after = await proxy.memory();
    const per = (kind: keyof Memory) => (after[kind] - before[kind]) / streams;
    return { heap: per('heap'), buffers: per('buffers'), resident: per('resident') };
  } finally {
    agent.destroy();
    proxy.close();
    server.close();
  }
}

/** Opens a stream, and waits for the beginning that it has. */
async function openStream(url: URL, agent: http.Agent): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const session = { 'mcp-session-id': '3f1c8a52-6d0e-4a54-9f0f-1f6a3d1d2b7e' };
    const headers = { accept: 'text/event-stream', authorization: credential, ...session };
    const request = http.get(url, { agent, headers }, (answer) => {
      answer.on('error', () => undefined);
      answer.once('data', () => {
        answer.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${answer.statusCode}`));
      });
    });
    request.on('error', reject);
  });
}
