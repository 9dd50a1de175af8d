import type { Environment } from '../config/expansion.ts';

/** An environment without its secrets. */
export interface ScrubbedEnvironment {
  readonly variables: Environment;
  /** What was taken out, for {@link withoutValues}. Secrets. */
  readonly removedValues: readonly string[];
}

/** What makes a variable a secret as one part of its name, in upper case. */
const secretParts = new Set([
  'APIKEY',
  'AUTH',
  'COOKIE',
  'CREDENTIAL',
  'CREDENTIALS',
  'CREDS',
  'DSN',
  'KEY',
  'PASSPHRASE',
  'PASSWD',
  'PASSWORD',
  'PAT',
  'SECRET',
  'TOKEN',
  'WEBHOOK',
]);

/** What does so as the last of several parts: `PWD` by itself is a folder. */
const secretEndings = new Set(['JWT', 'PASS', 'PWD']);

/** What does so at the end of a part, or in the plural, as in `PGPASSWORD`: beyond Claude Code's list. */
const secretWord = /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|APIKEY)S?$|^(?:COOKIE|KEY|WEBHOOK)S$/;

/** `scheme://user:password@`, and for the web also `scheme://token@`. */
const urlCredentials = /:\/\/[^\s/?#@:]*:[^\s/?#@]+@|\bhttps?:\/\/[^\s/?#@]+@/i;
const schemeAndCredentials = /\b(?:Bearer|Basic)\s+\S/i;

/** A value this short is found by chance in others. */
const minimumLength = 6;

/**
 * What a command that comes with a repository gets to see of an environment, as in Claude Code since 2.1.238
 * (mcp-json-facts §1.4): no variable that is a secret by its name or looks like one by its value.
 */
export function scrubEnvironment(environment: Environment): ScrubbedEnvironment {
  const variables: Record<string, string> = {};
  const removedValues: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) {
      continue;
    }
    if (isSecretName(name) || urlCredentials.test(value) || schemeAndCredentials.test(value)) {
      removedValues.push(value);
    } else {
      variables[name] = value;
    }
  }
  return { variables, removedValues };
}

/** A text in which nothing of what was removed is left, for example a URL that a variable was expanded in. */
export function withoutValues(text: string, removed: readonly string[]): string {
  return [...removed]
    .filter(({ length }) => length >= minimumLength)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, 'REDACTED'), text);
}

function isSecretName(name: string): boolean {
  const parts = nameParts(name);
  const last = parts.at(-1);
  return (
    parts.some((part) => secretParts.has(part) || secretWord.test(part)) ||
    (parts.length > 1 && last !== undefined && secretEndings.has(last))
  );
}

/** `fooBar_BAZ` has three parts. */
function nameParts(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])(?=[A-Z])/g, '$1_')
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .map((part) => part.toUpperCase());
}
