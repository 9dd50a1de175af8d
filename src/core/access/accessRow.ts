import type { AgentWish } from '../handover/agentWish.ts';
import type { AccessEntry } from './accessControl.ts';
import { decisionTexts, serverText, shownProgram } from './accessText.ts';
import { agoText } from './usedBy.ts';

/** What can be done to an entry. Of one that nobody is asked about only the use can be forgotten. */
export type AccessAction = 'always' | 'forget' | 'never' | 'openSetting' | 'revoke';

/** An entry as a list shows it. */
export interface AccessRow {
  readonly program: string;
  readonly server: string;
  /** What the person has said, and when it was last used. */
  readonly detail: string;
  /** What makes sense, in the order in which it is offered. */
  readonly actions: readonly AccessAction[];
}

/** What stands for the decision, and what can be done about it. */
interface Standing {
  readonly text: string;
  readonly actions: readonly AccessAction[];
}

/**
 * An entry in words. Pure.
 *
 * @param now milliseconds since the epoch
 * @param wish for VS Code's agent mode, which a setting decides about: what that says
 */
export function accessRow(entry: AccessEntry, now: number, wish?: AgentWish): AccessRow {
  const { program, decision, lastUsedAt } = entry;
  const use = lastUsedAt === undefined ? 'not used yet' : `last used ${agoText(lastUsedAt, now)}`;
  const { text, actions } =
    wish === undefined
      ? { text: decisionTexts[decision], actions: decisionActions[decision] }
      : wishStandings[wish];
  return { program: shownProgram(program), server: serverText(entry), detail: `${text} · ${use}`, actions };
}

const decisionActions: Readonly<Record<AccessEntry['decision'], readonly AccessAction[]>> = {
  always: ['never', 'revoke'],
  never: ['always', 'revoke'],
  once: ['always', 'never', 'revoke'],
  unasked: ['forget'],
};

const wishStandings: Readonly<Record<AgentWish, Standing>> = {
  wanted: { text: 'offered, by your settings', actions: ['never', 'openSetting', 'forget'] },
  unwanted: { text: 'never, by your settings', actions: ['always', 'openSetting', 'forget'] },
  elsewhere: { text: 'as the settings of its workspace say', actions: ['openSetting', 'forget'] },
};
