import type { Environment } from './expansion.ts';
import { windowsEnvironment } from './windowsEnvironment.ts';

/** The systems that `terminal.integrated.env.*` has a setting for, by the names in it. */
export type TerminalPlatform = 'linux' | 'osx' | 'windows';

/** What a new terminal's environment is, as far as settings tell. */
export interface TerminalEnvironment {
  /** On Windows found whatever the case of the name. May hold secrets. */
  readonly variables: Environment;
  /** Names of variables that count as not set, because their values name what only VS Code can tell. */
  readonly unresolved: readonly string[];
}

/** `${NAME}` and `${NAME:argument}` as VS Code's settings write them. */
const reference = /\$\{([^}:]+)(?::([^}]*))?\}/g;

/** What VS Code itself would put in; anything else in `${}` stays as it is written, as in VS Code. */
const answeredByVsCode =
  /^(?:command|config|cwd|defaultBuildTask|execPath|extensionInstallFolder|file\w*|input|lineNumber|columnNumber|pathSeparator|\/|relativeFile\w*|selectedText|userHome|workspace\w*)$/;

/**
 * The environment of a new terminal: the extension host's, changed by `terminal.integrated.env.*`, where `null` takes
 * a variable away, and `${env:NAME}` is that of the extension host, or empty.
 *
 * @param configured the setting's value, unchecked
 */
export function terminalEnvironment(
  base: Environment,
  configured: unknown,
  platform: TerminalPlatform,
): TerminalEnvironment {
  const named = platform === 'windows' ? windowsEnvironment : (environment: Environment) => environment;
  const outer = named(base);
  const changes: Record<string, string | undefined> = {};
  const unresolved: string[] = [];
  for (const [name, value] of Object.entries(isRecord(configured) ? configured : {})) {
    const resolved = typeof value === 'string' ? resolve(value, outer) : undefined;
    changes[name] = resolved;
    if (typeof value === 'string' && resolved === undefined) {
      unresolved.push(name);
    }
  }
  return { variables: named({ ...base, ...changes }), unresolved };
}

/** @returns `undefined` where only VS Code knows the value */
function resolve(text: string, environment: Environment): string | undefined {
  let isKnown = true;
  const resolved = text.replace(reference, (written, name: string, argument: string | undefined) => {
    if (name === 'env' && argument !== undefined) {
      return (Object.hasOwn(environment, argument) ? environment[argument] : undefined) ?? '';
    }
    isKnown &&= !answeredByVsCode.test(name);
    return written;
  });
  return isKnown ? resolved : undefined;
}

/** One setting as it is written in several places; structurally what VS Code's `inspect` gives. */
export interface InspectedSetting {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
}

/** The setting that counts: a workspace has a say in it only where it is trusted, name by name, as in VS Code. */
export function effectiveSetting(
  inspected: InspectedSetting | undefined,
  trust: 'trusted' | 'untrusted',
): Readonly<Record<string, unknown>> {
  const { globalValue, workspaceValue } = inspected ?? {};
  return {
    ...(isRecord(globalValue) ? globalValue : {}),
    ...(trust === 'trusted' && isRecord(workspaceValue) ? workspaceValue : {}),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
