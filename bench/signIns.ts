import { inClientProcess } from './clientProcess.ts';
import { createMcpRemote } from './mcpRemote.ts';
import { measure, measureOneRequest } from './measure.ts';
import type { Part } from './part.ts';
import { cases, type Participant } from './participant.ts';
import { installPeers, type Peers } from './peers.ts';
import { brokenPromises } from './promises.ts';
import { report } from './report.ts';
import { Results } from './results.ts';
import { inTurn } from './rounds.ts';
import { type ServerProcess, startServerProcess } from './serverProcess.ts';
import { weigh } from './weigh.ts';

/** How many sign-ins of each kind, by how late the server answers, in milliseconds. */
const plan = [
  { latency: 0, runs: 20 },
  { latency: 50, runs: 8 },
  { latency: 200, runs: 4 },
] as const;

/** What a sign-in costs. Broken is the promise of how many requests in series it sends. */
export const signIns: Part = {
  name: 'sign-ins',
  async measure(fewer) {
    const peers = await installPeers();
    const server = await startServerProcess();
    process.once('exit', () => server.close());
    const results = await measureAll(peers, server, fewer);
    server.close();
    const latencies = plan.map(({ latency }) => latency);
    return {
      tables: report(results, latencies, await weigh(peers)),
      broken: brokenPromises(results),
    };
  },
};

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
      for (const which of cases) {
        for (const participant of inTurn(participants, run)) {
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
