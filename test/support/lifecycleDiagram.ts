import { isRenewable } from '../../src/core/session/freshness.ts';
import { atRest, type Lifecycle } from '../../src/core/session/lifecycle.ts';
import { isReplaced } from '../../src/core/session/session.ts';
import { transition } from '../../src/core/session/transition.ts';
import { lifecycleEvents } from './lifecycleEvents.ts';

/** What one event does in one phase, under a condition on what is not in the phase's name. */
interface Edge {
  readonly from: string;
  readonly event: string;
  readonly condition: string;
  readonly to: string;
  readonly effects: string;
}

/**
 * The life of a session as a Mermaid diagram, by trying every event wherever a session can get. Left out is what
 * changes no phase and does nothing, and the refresh of an expired session, which differs only in leading back there.
 */
export function lifecycleDiagram(): string {
  const arrows = new Map<string, string[]>();
  for (const edge of explore()) {
    const arrow = `${edge.from} --> ${edge.to}|${edge.effects}`;
    const label = edge.condition === '' ? edge.event : `${edge.event} (${edge.condition})`;
    arrows.set(arrow, [...new Set([...(arrows.get(arrow) ?? []), label])]);
  }
  const lines = [...arrows].map(([arrow, labels]) => {
    const [ends, effects] = arrow.split('|');
    return `  ${ends}: ${labels.join(' or ')}${effects === '' ? '' : ` / ${effects}`}`;
  });
  return ['stateDiagram-v2', '  [*] --> absent', ...lines].join('\n');
}

function explore(): readonly Edge[] {
  const states = new Map<string, Lifecycle>([['', atRest(undefined)]]);
  const edges: Edge[] = [];
  // What is added while it runs is visited as well.
  for (const now of states.values()) {
    for (const [event, happen] of Object.entries(lifecycleEvents)) {
      const { next, effects } = transition(now, happen(now));
      if (next.phase !== now.phase || effects.length > 0) {
        const done = effects.map(({ type }) => type).join(', ');
        edges.push({ from: now.phase, event, condition: condition(now), to: next.phase, effects: done });
      }
      if (now.phase !== 'expired' || next.phase !== 'queued') {
        states.set(JSON.stringify(next), next);
      }
    }
  }
  return edges.filter((edge) => edge.condition === '' || !edges.some((other) => isPlain(other, edge)));
}

/** Whether one edge says the same as another one without its condition. */
function isPlain(one: Edge, { from, event, to, effects }: Edge): boolean {
  return (
    one.condition === '' &&
    one.from === from &&
    one.event === event &&
    one.to === to &&
    one.effects === effects
  );
}

function condition(now: Lifecycle): string {
  if (now.phase === 'resting' || now.phase === 'expired') {
    return isRenewable(now.session) ? '' : 'no refresh token';
  }
  if (!('latest' in now)) {
    return '';
  }
  if (now.latest === undefined) {
    return 'signed out meanwhile';
  }
  if (isReplaced(now.session, now.latest)) {
    return 'replaced meanwhile';
  }
  return now.latest.refreshRejectedAt === now.session.refreshRejectedAt ? '' : 'over meanwhile';
}
