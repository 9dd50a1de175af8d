import type { RemoteServerDefinition } from './serverDefinition.ts';

/** What a process that only leads on to a remote server is told about it. As written, apart from {@link headers}. */
export interface Bridge {
  readonly url: string;
  /** A variable that the entry's own `env` sets is replaced by what is written there. May hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly transport: Exclude<RemoteServerDefinition['transport'], 'ws'>;
}

/** What a process is started with. */
export interface ProcessStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Programs that run a package, and what they want to be told first. */
const runners: readonly (readonly [program: string, subcommand: string | undefined])[] = [
  ['npx', undefined],
  ['bunx', undefined],
  ['pnpx', undefined],
  ['npm', 'exec'],
  ['bun', 'x'],
  ['pnpm', 'dlx'],
  ['yarn', 'dlx'],
];

/** Options of `mcp-remote` that take a value. */
const valued = new Set([
  '--header',
  '--transport',
  '--host',
  '--resource',
  '--ignore-tool',
  '--auth-timeout',
  '--static-oauth-client-metadata',
  '--static-oauth-client-info',
]);

/** Recognises `npx mcp-remote URL` in its many spellings. */
export function recogniseBridge({ command, args, env }: ProcessStart): Bridge | undefined {
  const words = bridgeWords([command, ...args]);
  if (words === undefined) {
    return undefined;
  }
  const { url, headerTexts, transport } = readWords(words);
  if (url === undefined || !/^https?:\/\/|^\$\{/i.test(url)) {
    return undefined;
  }
  const headers = headerTexts.flatMap((text) => {
    const [, name, value] = /^([^\s:]+):\s*(.*)$/s.exec(text) ?? [];
    return name === undefined || value === undefined ? [] : [[name, fill(value, env)] as const];
  });
  return {
    url: fill(url, env),
    headers: Object.fromEntries(headers),
    transport: transportTo(url, transport),
  };
}

/** What follows `mcp-remote`; `undefined` where something else is started. */
function bridgeWords(words: readonly string[]): readonly string[] | undefined {
  const [first = '', ...rest] = words;
  const program = programName(first);
  if (program === 'cmd') {
    const start = rest.findIndex((word) => !word.startsWith('/'));
    return rest[0]?.startsWith('/') && start > 0 ? bridgeWords(rest.slice(start)) : undefined;
  }
  if (program === 'mcp-remote') {
    return rest;
  }
  const runner = runners.find(
    ([name, subcommand]) => name === program && (subcommand === undefined || subcommand === rest[0]),
  );
  if (runner === undefined) {
    return undefined;
  }
  const named = runner[1] === undefined ? rest : rest.slice(1);
  const start = named.findIndex((word) => !word.startsWith('-'));
  if (!/^mcp-remote(?:@[^/]*)?$/.test(named[start] ?? '')) {
    return undefined;
  }
  // With `--package mcp-remote` the program is named once more.
  return named.slice(named[start + 1] === 'mcp-remote' ? start + 2 : start + 1);
}

/** Without folder and Windows's endings. */
function programName(command: string): string {
  return (command.split(/[\\/]/).at(-1) ?? '').replace(/\.(?:cmd|exe|bat)$/i, '').toLowerCase();
}

interface BridgeArguments {
  readonly url?: string | undefined;
  readonly headerTexts: readonly string[];
  readonly transport?: string | undefined;
}

function readWords(words: readonly string[]): BridgeArguments {
  const headerTexts: string[] = [];
  let url: string | undefined;
  let transport: string | undefined;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const value = valued.has(word) ? words[++index] : undefined;
    if (word === '--header' && value !== undefined) {
      headerTexts.push(value);
    } else if (word === '--transport') {
      transport = value;
    } else if (!word.startsWith('--') && url === undefined) {
      url = word;
    }
  }
  return { url, headerTexts, transport };
}

/** `mcp-remote` falls back to SSE by itself, which a direct entry does not: a path `/sse` says what it is. */
function transportTo(url: string, transport: string | undefined): Bridge['transport'] {
  if (transport?.startsWith('sse')) {
    return 'sse';
  }
  return transport !== 'http-only' && /\/sse\/?(?:[?#]|$)/.test(url) ? 'sse' : 'http';
}

/** `mcp-remote` expands variables by itself, from an environment that has the entry's `env`. */
function fill(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}/g, (written, name: string) =>
    Object.hasOwn(env, name) ? (env[name] ?? written) : written,
  );
}
