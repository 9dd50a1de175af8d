import { claudeDialect, type Dialect } from './dialect.ts';
import { type InputDeclaration, parseInputs } from './inputDeclaration.ts';
import { type Leniency, parseRoot } from './jsonRoot.ts';
import type { ServerDefinition, TextRange } from './serverDefinition.ts';
import { findServers, parseServers } from './serversSection.ts';

/** Something about a whole file that its reader should mend. */
export interface ConfigurationProblem {
  /** A sentence. */
  readonly message: string;
  readonly range: TextRange;
}

/** What the text of a configuration file, or one part of it, says. */
export interface Configuration {
  /** In the order of the file; an entry that no client would load is there as `invalid`. */
  readonly servers: readonly ServerDefinition[];
  /** Set where clients reject the file, even if its servers could be told. */
  readonly problem?: ConfigurationProblem | undefined;
  /** Of `.vscode/mcp.json`. */
  readonly inputs?: readonly InputDeclaration[] | undefined;
}

/** Larger texts are not read: they are no configuration, and would hold up the extension host. */
const maximumLength = 5_000_000;

/** Claude Code takes strict JSON. VS Code allows comments; of Cursor nobody knows that it minds them. */
const leniencies: Readonly<Record<Dialect['kind'], Leniency>> = {
  claude: { kind: 'strict', reader: 'Claude Code' },
  cursor: { kind: 'lenient' },
  vscode: { kind: 'lenient' },
};

/**
 * Reads the text of a `.mcp.json`, or of a file in another dialect, by the rules of the client that it is for
 * (mcp-json-facts §1.1, §2). Never throws: a file that the client rejects yields a problem, and its servers
 * as far as they are beyond doubt.
 */
export function parseConfiguration(text: string, dialect: Dialect = claudeDialect): Configuration {
  if (text.length > maximumLength) {
    return rejected('The file is larger than 5 MB.');
  }
  return unlessTooDeep(() => parse(text, dialect));
}

/** The parser recurses: thousands of nested brackets exhaust the stack. */
export function unlessTooDeep(read: () => Configuration): Configuration {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) {
      return rejected('The file is nested too deeply.');
    }
    throw error;
  }
}

/** A file of which nothing is known but what is wrong with it. */
export function rejected(message: string): Configuration {
  return { servers: [], problem: { message, range: { offset: 0, length: 0 } } };
}

function parse(text: string, dialect: Dialect): Configuration {
  const { root, problem } = parseRoot(text, leniencies[dialect.kind]);
  if (root === undefined) {
    return { servers: [], problem };
  }
  const section = findServers(root, dialect);
  const inputs = dialect.kind === 'vscode' ? parseInputs(root) : [];
  return {
    servers: section.servers ? parseServers(section.servers, dialect) : [],
    problem: problem ?? section.problem,
    ...(inputs.length > 0 ? { inputs } : {}),
  };
}
