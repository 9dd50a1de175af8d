import type { SourceSnapshot } from '../serverSnapshot.ts';

/** The part of a snapshot that a row is about, by the row's id: a file, a server, or an account of one. */
export function onlyRow(snapshot: readonly SourceSnapshot[], id: string): readonly SourceSnapshot[] {
  return snapshot.flatMap((source) => {
    if (source.id === id) {
      return source;
    }
    const servers = source.servers.filter(
      (server) => server.id === id || server.accounts.some((account) => account.id === id),
    );
    return servers.length > 0 ? { ...source, servers } : [];
  });
}
