import type { Dialect } from './dialect.ts';
import type { StdioServerDefinition } from './serverDefinition.ts';

/** An entry for a remote server, as it is written into a file. */
export interface DirectEntry {
  readonly type: 'http' | 'sse';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What an entry that only bridges to a remote server becomes without the bridge; `undefined` for any other. */
export function directEntry({ bridge, dialect }: StdioServerDefinition): DirectEntry | undefined {
  if (bridge === undefined) {
    return undefined;
  }
  const write = (text: string) => inDialect(text, dialect);
  const headers = Object.entries(bridge.headers).map(([name, value]) => [name, write(value)] as const);
  return {
    type: bridge.transport,
    url: write(bridge.url),
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
  };
}

/** Bridges write variables as Claude Code does; in an editor's file only the bridge understood them. */
function inDialect(text: string, dialect: Dialect | undefined): string {
  return dialect === undefined || dialect.kind === 'claude'
    ? text
    : text.replace(/\$\{([A-Za-z_]\w*)\}/g, (written, name: string) =>
        /^(?:userHome|workspaceFolder|workspaceFolderBasename)$/.test(name) ? written : `\${env:${name}}`,
      );
}
