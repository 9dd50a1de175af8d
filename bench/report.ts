import { machine } from './machine.ts';
import { type Case, cases, type Participant } from './participant.ts';
import { peerVersions } from './peers.ts';
import type { Results, TimeName } from './results.ts';
import { table } from './table.ts';

const titles: Readonly<Record<Case, string>> = {
  first: 'first sign-in',
  document: 'with a client ID metadata document',
  known: 'with a known client, no session',
  again: 'signing in again, session rejected',
};

interface Row {
  readonly label: string;
  readonly name: Participant['name'];
  readonly timeToBrowser: TimeName;
}

const ours: Row = { label: '**MCP Auth**', name: 'ours', timeToBrowser: 'timeToBrowser' };
const sdk: Row = { label: '`@modelcontextprotocol/client`', name: 'sdk', timeToBrowser: 'timeToBrowser' };
const mcpRemote: Row = { label: '`mcp-remote`', name: 'mcp-remote', timeToBrowser: 'timeToBrowser' };
const startedMcpRemote: Row = {
  label: '`mcp-remote`, from its first request',
  name: 'mcp-remote',
  timeToBrowser: 'timeToBrowserFromFirstRequest',
};

/** What is not measured in time, but weighed. */
export interface Weights {
  /** Bytes of the minified bundle. */
  readonly extension: number;
  readonly sdk: number;
}

/** The tables of `bench/README.md`, as Markdown. */
export function report(results: Results, latencies: readonly number[], weights: Weights): string {
  const runs = latencies.map((latency) => `${results.runs(latency)} at ${latency} ms`).join(', ');
  const versions = Object.entries(peerVersions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${machine()}, with ${versions.join(' and ')}. Medians; sign-ins of each kind: ${runs}.`,
    '### Requests in series (in all)',
    table(
      ['', ...cases.map((which) => titles[which]), 'after the callback'],
      [ours, sdk, mcpRemote].map(({ label, name }) => [
        label,
        ...cases.map((which) => counts(results, 'beforeBrowser', { name, which: [which] })),
        counts(results, 'afterCallback', { name, which: cases }),
      ]),
    ),
    '### From the click to the browser',
    timeTable(results, latencies, (row) => row.timeToBrowser, [ours, sdk, startedMcpRemote, mcpRemote]),
    '### From the callback to the stored token',
    timeTable(results, latencies, () => 'timeToToken', [ours, sdk, mcpRemote]),
    '### Weight',
    table(
      ['', 'kB'],
      [
        ['MCP Auth, all of it: `dist/extension.js`', kilobytes(weights.extension)],
        ['`@modelcontextprotocol/client`, what a sign-in imports, bundled alike', kilobytes(weights.sdk)],
      ],
    ),
  ].join('\n\n');
}

function counts(
  results: Results,
  part: 'afterCallback' | 'beforeBrowser',
  { name, which }: { readonly name: Participant['name']; readonly which: readonly Case[] },
): string {
  const found = which.flatMap((one) => results.counts(part, { name, which: one }));
  const [inSeries, total] = [found.map((one) => one.inSeries), found.map((one) => one.total)];
  return part === 'afterCallback' ? range(inSeries) : `${range(inSeries)} (${range(total)})`;
}

function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least}–${most}`;
}

function timeTable(
  results: Results,
  latencies: readonly number[],
  timeName: (row: Row) => TimeName,
  rows: readonly Row[],
): string {
  const lines = cases.flatMap((which) =>
    rows.map((row) => [
      row === ours ? titles[which] : '',
      row.label,
      ...latencies.map((latency) => {
        const time = results.time(timeName(row), { name: row.name, which, latency });
        const unit = results.time(timeName(ours), { name: 'ours', which, latency });
        return `${(time / unit).toFixed(2)} (${time.toFixed(0)} ms)`;
      }),
    ]),
  );
  const unit = [
    'one request',
    '',
    ...latencies.map((latency) => `${results.oneRequest(latency).toFixed(0)} ms`),
  ];
  return table(['', '', ...latencies.map((latency) => `answers ${latency} ms late`)], [...lines, unit]);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
