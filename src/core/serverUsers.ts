import type { AccessEntry } from './access/accessControl.ts';
import type { ClientUse } from './clientUse.ts';
import type { Endpoint } from './config/endpoint.ts';
import { hasOwnHelper, type ServerEntry } from './describeServer.ts';
import type { InventoryPorts } from './inventoryPorts.ts';
import type { ServerSnapshot } from './serverSnapshot.ts';

/** What is known of those who use credentials. */
export interface UserPorts extends Pick<InventoryPorts, 'codex' | 'shimPath'> {
  readonly entries: readonly AccessEntry[];
}

/** Who gets the credential of a server from here: by what the files of clients say, and by what was noted. */
export function serverUsers(
  entry: ServerEntry,
  endpoint: Endpoint,
  ports: UserPorts,
): Pick<ServerSnapshot, 'usedBy' | 'uses'> {
  const url = endpoint.kind === 'url' ? endpoint.canonicalUrl : undefined;
  const usedBy = clientsOf(entry, url, ports);
  const uses = ports.entries.filter(
    ({ serverUrl, lastUsedAt }) => serverUrl === url && lastUsedAt !== undefined,
  );
  return {
    ...(usedBy.length > 0 ? { usedBy } : {}),
    ...(uses.length > 0 ? { uses } : {}),
  };
}

function clientsOf(
  { source, definition }: ServerEntry,
  url: string | undefined,
  { codex, shimPath }: Pick<InventoryPorts, 'codex' | 'shimPath'>,
): readonly ClientUse[] {
  return [
    // Of other clients' files Claude Code knows nothing, whatever stands there.
    ...(definition.dialect === undefined && hasOwnHelper(definition, { shimPath })
      ? [{ client: 'claudeCode', fileName: source.fileName } as const]
      : []),
    ...(codex && url !== undefined && codex.serverUrls.has(url)
      ? [{ client: 'codex', fileName: codex.fileName } as const]
      : []),
  ];
}
