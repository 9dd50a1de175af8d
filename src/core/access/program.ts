/**
 * What uses a credential. `terminal` is a person at a prompt, `script` whatever else runs `mcp-auth`; which of them it
 * is, a program says of itself: on one machine, programs of one user cannot be told apart by more than that.
 */
export type ProgramKind = 'agentMode' | 'claudeCode' | 'codex' | 'extension' | 'script' | 'terminal';

/** A program that uses credentials, as the person knows it. */
export interface Program {
  readonly kind: ProgramKind;
  /** Stable, and the same in every window: what a decision of the person is about. At most 200 characters. */
  readonly id: string;
  /** What it is called within a sentence, for example "Claude Code". May be said by the program itself. */
  readonly label: string;
}
