import { claudeDialect, type Dialect } from './dialect.ts';

/** The variables a configuration may refer to; `undefined` is unset, and unlike empty. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text after expansion. */
export interface Expansion {
  /** References without a value stay as written. May hold secrets: never shown, never logged. */
  readonly text: string;
  /** Names of the variables that are unset and have no default, each once. */
  readonly missing: readonly string[];
  /**
   * What only VS Code can resolve, each once: ids of `${input:…}`, and `command:…` and `config:…` in full.
   * Empty for Claude Code's files.
   */
  readonly inputs: readonly string[];
}

/** What a reference stands for. */
type Resolution =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'input'; readonly id: string }
  | { readonly kind: 'literal' };

type Resolve = (match: readonly (string | undefined)[]) => Resolution;

const claudeReference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const editorReference = /\$\{([A-Za-z]+)(?::([^}]*))?\}/g;

/**
 * Expands references by a dialect's rules. Claude Code's are `${VAR}` and `${VAR:-default}`, where the default
 * counts only if the variable is unset (mcp-json-facts §1.5); the editors' are `${env:VAR}`, `${input:id}` and
 * their own places. A value is not expanded again.
 */
export function expandVariables(
  text: string,
  environment: Environment,
  dialect: Dialect = claudeDialect,
): Expansion {
  return dialect.kind === 'claude'
    ? expand(text, claudeReference, ([, name = '', fallback]) =>
        fromVariable(name, lookUp(environment, name) ?? fallback),
      )
    : expand(text, editorReference, (match) => editorValue(match, environment, dialect.workspaceFolder));
}

/**
 * {@link expandVariables} for what is sent to a remote server: there Claude Code reads variables that hold
 * its own and other tools' credentials as empty (mcp-json-facts §1.5).
 */
export function expandForRemote(
  text: string,
  environment: Environment,
  dialect: Dialect = claudeDialect,
): Expansion {
  return dialect.kind === 'claude'
    ? expand(text, claudeReference, ([, name = '', fallback]) => {
        const value = lookUp(environment, name);
        return fromVariable(name, value !== undefined && isWithheld(name) ? '' : (value ?? fallback));
      })
    : expandVariables(text, environment, dialect);
}

const withheld =
  /^(?:ANTHROPIC_.*|CLAUDE_CODE_.*TOKEN|AWS_SECRET_ACCESS_KEY|NPM_TOKEN|CARGO_.*TOKEN|PYPI_.*TOKEN|TWINE_.*(?:TOKEN|PASSWORD)|GOOGLE_OAUTH_ACCESS_TOKEN|OTEL_.*|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY)$/;

function isWithheld(name: string): boolean {
  return withheld.test(name);
}

function expand(text: string, reference: RegExp, resolve: Resolve): Expansion {
  const missing = new Set<string>();
  const inputs = new Set<string>();
  const expanded = text.replace(reference, (...match: (string | undefined)[]) => {
    const resolution = resolve(match);
    if (resolution.kind === 'missing') {
      missing.add(resolution.name);
    } else if (resolution.kind === 'input') {
      inputs.add(resolution.id);
    }
    return resolution.kind === 'value' ? resolution.value : (match[0] ?? '');
  });
  return { text: expanded, missing: [...missing], inputs: [...inputs] };
}

/** VS Code itself puts nothing in the place of an unset variable; it is missing here, since that is what is wrong. */
function editorValue(
  [, kind, argument]: readonly (string | undefined)[],
  environment: Environment,
  workspaceFolder: string | undefined,
): Resolution {
  switch (kind) {
    case 'env':
      return argument ? fromVariable(argument, lookUp(environment, argument)) : { kind: 'literal' };
    case 'input':
      return argument ? { kind: 'input', id: argument } : { kind: 'literal' };
    case 'command':
    case 'config':
      return { kind: 'input', id: `${kind}:${argument ?? ''}` };
    case 'userHome':
      return fromVariable(kind, lookUp(environment, 'HOME') ?? lookUp(environment, 'USERPROFILE'));
    case 'workspaceFolder':
      return fromVariable(kind, workspaceFolder);
    case 'workspaceFolderBasename':
      return fromVariable(kind, workspaceFolder?.split(/[\\/]/).at(-1));
    default:
      return { kind: 'literal' };
  }
}

function fromVariable(name: string, value: string | undefined): Resolution {
  return value === undefined ? { kind: 'missing', name } : { kind: 'value', value };
}

function lookUp(environment: Environment, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}
