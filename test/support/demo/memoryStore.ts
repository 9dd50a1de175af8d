import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';

/** What the authorization server remembers, all of it in memory. */
export interface MemoryStore {
  readonly adapter: AdapterFactory;
  /** Forgets every record of the named models, for example `AccessToken`. */
  forget(...models: readonly string[]): void;
}

/**
 * Storage for oidc-provider. Its own in-memory adapter warns on the console and is shared by all providers of a
 * process; this one also makes "use once" atomic, so that of two simultaneous refreshes one is a reuse.
 */
export function createMemoryStore(): MemoryStore {
  const models = new Map<string, Map<string, AdapterPayload>>();
  /** A grant stays revoked even for what a request in flight stores under it later. */
  const revokedGrants = new Set<string>();

  return {
    adapter: (model) => {
      const records = models.get(model) ?? new Map<string, AdapterPayload>();
      models.set(model, records);
      return createAdapter(model, records, revokedGrants);
    },
    forget: (...names) => {
      for (const name of names) models.get(name)?.clear();
    },
  };
}

function createAdapter(
  model: string,
  records: Map<string, AdapterPayload>,
  revokedGrants: Set<string>,
): Adapter {
  const find = (id: string) => {
    const record = records.get(id);
    const grantId = model === 'Grant' ? id : record?.grantId;
    return grantId !== undefined && revokedGrants.has(grantId) ? undefined : record;
  };
  const findWhere = (field: 'uid' | 'userCode', value: string) =>
    [...records.values()].findLast((record) => record[field] === value);

  return {
    upsert: async (id, payload) => {
      records.set(id, { ...payload });
    },
    find: async (id) => find(id),
    findByUid: async (uid) => findWhere('uid', uid),
    findByUserCode: async (userCode) => findWhere('userCode', userCode),
    consume: async (id) => {
      const record = find(id);
      if (record === undefined || record.consumed !== undefined) {
        if (record?.grantId !== undefined) revokedGrants.add(record.grantId);
        throw new errors.InvalidGrant(`${model} already used`);
      }
      record.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => {
      // A browser's session changes its id with each login. Logins in other tabs may be on their way with the old one,
      // and would fail in a browser that is logging in to several servers at once.
      if (model !== 'Session') records.delete(id);
    },
    revokeByGrantId: async (grantId) => {
      revokedGrants.add(grantId);
    },
  };
}
