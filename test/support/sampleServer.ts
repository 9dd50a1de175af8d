import { parseConfiguration } from '../../src/core/config/parseConfiguration.ts';
import type { ServerSnapshot, SourceSnapshot } from '../../src/core/serverSnapshot.ts';

/** A server of a `.mcp.json`, whose name is in its URL, with what differs from one that needs a sign-in. */
export function sampleServer(name: string, changes: Partial<ServerSnapshot> = {}): ServerSnapshot {
  const url = `https://${/^\w+$/.test(name) ? name : 'odd'}.example/mcp`;
  const text = JSON.stringify({ mcpServers: { [name]: { type: 'http', url } } });
  const [definition] = parseConfiguration(text).servers;
  if (!definition) {
    throw new Error(`${name} is no name of a server.`);
  }
  return {
    id: name,
    sourceId: 'file:///home/alice/shop/.mcp.json',
    sourceLabel: 'shop',
    uri: 'file:///home/alice/shop/.mcp.json',
    definition,
    endpoint: { kind: 'url', url: new URL(url), canonicalUrl: url },
    state: { kind: 'needsAuthentication' },
    hasSavedToken: false,
    accounts: [],
    ...changes,
  };
}

/** The `.mcp.json` that they are in. */
export function sampleSource(servers: readonly ServerSnapshot[]): SourceSnapshot {
  const id = 'file:///home/alice/shop/.mcp.json';
  return { id, kind: 'project', uri: id, label: 'shop', fileName: '.mcp.json', folders: [], servers };
}
