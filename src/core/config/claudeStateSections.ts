import type { TextRange } from './serverDefinition.ts';

/** Where the servers in a `~/.claude.json` are. */
export interface ClaudeStateSections {
  /** Absent where the file has no `mcpServers` of its own. */
  readonly user?: TextRange | undefined;
  /** By the keys of `projects`. */
  readonly projects: ReadonlyMap<string, TextRange>;
}

const key = 'mcpServers';

/**
 * Finds every `mcpServers` object. The text has to be valid JSON. The file grows to tens of megabytes, of
 * which a general parser would make a tree: this looks at brackets and keys only, five times as fast.
 */
export function findClaudeStateSections(text: string): ClaudeStateSections {
  const projects = new Map<string, TextRange>();
  let user: TextRange | undefined;
  // Names of the values that are open, outermost first; index 0 is that of the root.
  const names: string[] = [];
  const starts: number[] = [];
  let lastString: TextRange = { offset: 0, length: 0 };
  const token = /["{}[\]:]/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const at = match.index;
    switch (match[0]) {
      case '"':
        token.lastIndex = endOfString(text, at);
        lastString = { offset: at, length: token.lastIndex - at };
        break;
      case ':':
        if (starts.length <= 3) {
          names[starts.length] = String(JSON.parse(slice(text, lastString)));
        }
        break;
      case '{':
      case '[':
        starts.push(at);
        break;
      default: {
        const offset = starts.pop() ?? 0;
        const range = { offset, length: at + 1 - offset };
        if (starts.length === 1 && names[1] === key) {
          user = range;
        } else if (starts.length === 3 && names[1] === 'projects' && names[3] === key) {
          projects.set(names[2] ?? '', range);
        }
      }
    }
  }
  return { user, projects };
}

/** The place after the closing quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') {
    first--;
  }
  return (at - first) % 2 === 1;
}

function slice(text: string, { offset, length }: TextRange): string {
  return text.slice(offset, offset + length);
}
