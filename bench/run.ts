import { readFile, writeFile } from 'node:fs/promises';
import { inProject } from '../test/support/paths.ts';
import { runMain } from '../test/support/runMain.ts';
import { inClientProcess } from './clientProcess.ts';
import { createMcpRemote } from './mcpRemote.ts';
import { measure, measureOneRequest } from './measure.ts';
import { cases, type Participant } from './participant.ts';
import { installPeers, type Peers } from './peers.ts';
import { brokenPromises } from './promises.ts';
import { report } from './report.ts';
import { Results } from './results.ts';
import { type ServerProcess, startServerProcess } from './serverProcess.ts';
import { weigh } from './weigh.ts';

/** How many sign-ins of each kind, by how late the server answers, in milliseconds. */
const plan = [
  { latency: 0, runs: 20 },
  { latency: 50, runs: 8 },
  { latency: 200, runs: 4 },
] as const;

/**
 * `npm run bench`: signs in with MCP Auth and its peers in turn, and writes the tables of `bench/README.md`.
 * `npm run bench -- 2` takes that many sign-ins of each kind, prints the tables and writes nothing. Exits with 1
 * when MCP Auth sends more requests in series than it promises.
 */
async function main(): Promise<number> {
  const fewer = process.argv[2] === undefined ? undefined : Number(process.argv[2]);
  const peers = await installPeers();
  const server = await startServerProcess();
  process.once('exit', () => server.close());
  const results = await measureAll(peers, server, fewer);
  const latencies = plan.map(({ latency }) => latency);
  const tables = report(results, latencies, await weigh(peers));
  console.log(tables);
  if (fewer === undefined) {
    await writeTables(tables);
  }
  const broken = brokenPromises(results);
  for (const sentence of broken) {
    console.error(`More than promised: ${sentence}.`);
  }
  return broken.length === 0 ? 0 : 1;
}

async function measureAll(peers: Peers, server: ServerProcess, fewer: number | undefined): Promise<Results> {
  const one = inClientProcess('one', server);
  const participants: readonly Participant[] = [
    inClientProcess('ours', server, { registrationOf: ourRegistration }),
    inClientProcess('sdk', server, { args: [peers.sdkUrl], registrationOf: sdkRegistration }),
    await createMcpRemote(peers, server),
  ];
  const left = new Map<Participant, unknown>();
  for (const participant of participants) {
    const prepared = await measure(participant, { which: 'first', left: undefined, latency: 0, server });
    left.set(participant, prepared.left);
  }
  const results = new Results();
  for (const { latency, runs } of plan) {
    for (let run = 1; run <= (fewer ?? runs); run++) {
      console.error(`Answers ${latency} ms late: ${run} of ${fewer ?? runs}`);
      results.addOneRequest(latency, await measureOneRequest(one, { latency, server }));
      // In turn, so that a machine that is busy for a while is so for all of them.
      const turn = run % participants.length;
      const inTurn = [...participants.slice(turn), ...participants.slice(0, turn)];
      for (const which of cases) {
        for (const participant of inTurn) {
          const selection = { name: participant.name, which, latency };
          const options = { ...selection, left: left.get(participant), server };
          results.add(selection, await measure(participant, options));
        }
      }
    }
  }
  return results;
}

/** Of our keyring: the registrations. */
function ourRegistration(left: unknown): unknown {
  return Object.fromEntries(Object.entries(left ?? {}).filter(([key]) => key.startsWith('client:')));
}

/** Of what a provider has kept: the registration. */
function sdkRegistration(left: unknown): unknown {
  const { clientInformation } = (left ?? {}) as { readonly clientInformation?: unknown };
  return { clientInformation };
}

async function writeTables(tables: string): Promise<void> {
  const file = inProject('bench', 'README.md');
  const [begin, end] = ['<!-- begin: written by npm run bench -->', '<!-- end -->'];
  const [before, rest] = (await readFile(file, 'utf8')).split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${file} has no place for the tables.`);
  }
  await writeFile(file, `${before}${begin}\n\n${tables}\n\n${end}${after}`);
}

runMain(main);
