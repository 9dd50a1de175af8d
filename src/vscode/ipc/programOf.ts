import type { Program } from '../../core/access/program.ts';
import type { Caller } from '../../node/ipc/terminalCalls.ts';

/** The program that has run `mcp-auth`, by what that says. Scripts are told apart by the name of their process. */
export function programOf({ program, parent }: Caller): Program {
  switch (program) {
    case 'claudeCode':
      return { kind: 'claudeCode', id: 'claude-code', label: 'Claude Code' };
    case 'codex':
      return { kind: 'codex', id: 'codex', label: 'Codex' };
    case 'terminal':
      return { kind: 'terminal', id: 'terminal', label: 'mcp-auth in a terminal' };
    case 'script': {
      const by = parent?.slice(0, 100) ?? 'a script';
      return { kind: 'script', id: `script:${by}`, label: `mcp-auth run by ${by}` };
    }
  }
}
