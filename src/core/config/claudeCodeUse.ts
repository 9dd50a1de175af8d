import type { Approval } from './claudeApproval.ts';
import type { ServerUse } from './precedence.ts';

/** What Claude Code does with a server of its files. */
export interface ClaudeCodeUse {
  readonly kind: Approval['kind'] | ServerUse['kind'];
  /** For the details. */
  readonly sentence: string;
}

/** Puts together what the other entries and the settings make of a server. */
export function claudeCodeUse(use: ServerUse, approval: Approval | undefined): ClaudeCodeUse {
  switch (use.kind) {
    case 'shadowed': {
      const sentence = `Claude Code uses the entry of the same name in ${use.by.fileName} (${use.by.label}) in its place.`;
      return { kind: use.kind, sentence };
    }
    case 'ignored':
      return {
        kind: use.kind,
        sentence: `Claude Code uses the servers in ${use.by.fileName} (${use.by.label}) only.`,
      };
    case 'used':
      return approval ?? { kind: 'used', sentence: 'Claude Code uses it.' };
  }
}
