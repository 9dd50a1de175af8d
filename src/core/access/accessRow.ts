import type { AccessEntry } from './accessControl.ts';
import { decisionTexts, serverText, shownProgram } from './accessText.ts';
import { agoText } from './usedBy.ts';

/** What can be done to an entry. */
export type AccessAction = 'always' | 'never' | 'revoke';

/** An entry as a list shows it. */
export interface AccessRow {
  readonly program: string;
  readonly server: string;
  /** What the person has said, and when it was last used. */
  readonly detail: string;
  /** What makes sense, in the order in which it is offered. */
  readonly actions: readonly AccessAction[];
}

/** An entry in words. `now` in milliseconds since the epoch. Pure. */
export function accessRow(entry: AccessEntry, now: number): AccessRow {
  const { program, decision, lastUsedAt } = entry;
  const use = lastUsedAt === undefined ? 'not used yet' : `last used ${agoText(lastUsedAt, now)}`;
  return {
    program: shownProgram(program),
    server: serverText(entry),
    detail: `${decisionTexts[decision]} · ${use}`,
    actions: actions[decision],
  };
}

/** Where no permission is needed, none can be given or refused: only the note of the use can be removed. */
const actions: Readonly<Record<AccessEntry['decision'], readonly AccessAction[]>> = {
  always: ['never', 'revoke'],
  never: ['always', 'revoke'],
  once: ['always', 'never', 'revoke'],
  unasked: ['revoke'],
};
