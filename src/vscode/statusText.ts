import { usedBy } from '../core/access/usedBy.ts';
import { quoteUnlessPlain } from '../core/quote.ts';
import type { AccountSnapshot, ServerSnapshot, SourceSnapshot } from '../core/serverSnapshot.ts';
import { attentionText, needsAttention } from '../core/session/attention.ts';
import type { SessionSummary } from '../core/session/sessionSummary.ts';
import { stateText } from '../core/session/stateText.ts';
import { shownUrl } from '../core/status/shownUrl.ts';
import type { ReportContext } from '../core/status/statusReport.ts';
import { appliedDetail } from './credentialDetails.ts';
import { sessionDetails } from './sessionDetails.ts';

const indent = '    ';

/**
 * The servers and where each stands, for a person to read: unlike the report, with the names of their accounts.
 * Free of secrets. Does not change unless something does, so that it can be compared.
 */
export function statusText(
  snapshot: readonly SourceSnapshot[],
  { now, workspaceTrusted }: ReportContext,
): string {
  const servers = snapshot.flatMap((source) => source.servers);
  const waiting = servers.filter(({ state }) => needsAttention(state)).length;
  const count = servers.length === 1 ? '1 MCP server' : `${servers.length} MCP servers`;
  const untrusted = 'This workspace is not trusted: its servers are listed, but nothing is contacted.';
  const head = [
    waiting > 0 ? `${count}, ${attentionText(waiting)}.` : `${count}, none needs you.`,
    ...(workspaceTrusted ? [] : [untrusted]),
  ];
  const sources = snapshot.map((source) => sourceLines(source, now).join('\n'));
  return `${[head.join('\n'), ...sources].join('\n\n')}\n`;
}

function sourceLines({ label, fileName, problem, servers }: SourceSnapshot, now: number): readonly string[] {
  return [
    `${quoteUnlessPlain(label)} (${quoteUnlessPlain(fileName)})`,
    ...(problem ? [`${indent}${problem.message}`] : []),
    ...servers.flatMap((server) => ['', ...serverLines(server, now).map((line) => `${indent}${line}`)]),
  ];
}

function serverLines(server: ServerSnapshot, now: number): readonly string[] {
  const { definition, state, session, accounts } = server;
  const used = accounts.length > 1 ? accounts : [];
  return [
    quoteUnlessPlain(definition.name),
    `${indent}${quoteUnlessPlain(stateText(state, now).sentence)}`,
    ...(definition.kind === 'invalid' ? [] : [`${indent}${placeText(definition)}`]),
    ...credentialLines(server, now).map((line) => `${indent}${line}`),
    ...(used.length > 0
      ? used.flatMap((account) => accountLines(account, now)).map((line) => `${indent}${line}`)
      : session
        ? detailLines(session, now).map((line) => `${indent}${line}`)
        : []),
  ];
}

/** The credential that applies, who has used it, and what Claude Code does with the entry. */
function credentialLines(
  { credentials, claudeCode, uses = [] }: ServerSnapshot,
  now: number,
): readonly string[] {
  const applied = credentials && appliedDetail(credentials);
  const users = usedBy(uses, now);
  return [
    ...(applied ? [`Credential: ${applied.label}. ${applied.value}`] : []),
    ...(users === undefined ? [] : [`Last used by ${users}.`]),
    ...(claudeCode ? [claudeCode.sentence] : []),
  ].map(quoteUnlessPlain);
}

function placeText(definition: Exclude<ServerSnapshot['definition'], { kind: 'invalid' }>): string {
  return definition.kind === 'stdio'
    ? `stdio · ${quoteUnlessPlain(definition.command)}`
    : `${definition.transport} · ${quoteUnlessPlain(shownUrl(definition.url) ?? 'not a URL')}`;
}

function accountLines({ name, isUsed, state, session }: AccountSnapshot, now: number): readonly string[] {
  return [
    `${quoteUnlessPlain(name)}${isUsed ? ' (used here)' : ''}: ${stateText(state, now).sentence}`,
    ...detailLines(session, now).map((line) => `${indent}${line}`),
  ];
}

function detailLines(session: SessionSummary, now: number): readonly string[] {
  const details = sessionDetails(session, now);
  const width = Math.max(...details.map(({ label }) => label.length)) + 2;
  return details.map(({ label, value }) => `${label.padEnd(width)}${quoteUnlessPlain(value)}`);
}
