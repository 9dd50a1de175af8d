import assert from 'node:assert/strict';
import * as v from 'valibot';
import { AuthError } from '../../../src/core/errors.ts';
import { Log } from '../../../src/core/log.ts';
import {
  type DpopKey,
  dpopAlgorithms,
  dpopKeySchema,
  dpopSecrets,
  generateDpopKey,
} from '../../../src/core/oauth/dpopKey.ts';
import { createDpopProofs } from '../../../src/core/oauth/dpopProofs.ts';
import { Redactor } from '../../../src/core/redaction.ts';
import { parseSession, serializeSession } from '../../../src/core/session/session.ts';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import { readProof } from '../../support/dpopProof.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { sampleSession } from '../../support/sampleSession.ts';

/** The proof that a key makes for a request. */
async function prove(key: DpopKey): Promise<string> {
  const proofs = await createDpopProofs(key);
  let proof = '';
  const fetch = async (_url: string, { headers }: RequestInit = {}) => {
    proof = new Headers(headers).get('dpop') ?? '';
    return new Response();
  };
  await proofs.fetch(new URL('https://mcp.example/mcp'), {}, { accessToken: 'access-token-1', fetch });
  return proof;
}

describe('DpopKey', () => {
  for (const algorithm of dpopAlgorithms) {
    it(`makes proofs by ${algorithm}, the same key before and after it was stored`, async () => {
      const key = await generateDpopKey({ algorithm, requiredByServer: true });
      const stored = parseSession(serializeSession(sampleSession({ dpop: key }))).dpop;
      assert.deepEqual(stored, key);
      const [before, after] = [readProof(await prove(key)), readProof(await prove(stored ?? key))];
      assert.deepEqual([before.alg, after.alg], [algorithm, algorithm]);
      assert.equal(before.thumbprint, after.thumbprint);
      assert.equal(before.thumbprint, await (await createDpopProofs(key)).thumbprint());
    });
  }

  it('is another one each time', async () => {
    const [one, other] = [await generateDpopKey(sample), await generateDpopKey(sample)];
    assert.notDeepEqual(one.privateKey, other.privateKey);
  });

  it('is refused without a word about it when what was stored is no key', async () => {
    const key = await generateDpopKey(sample);
    const broken = { ...key, privateKey: { ...key.privateKey, d: 'not-a-key' } };
    await assert.rejects(createDpopProofs(broken), (error: Error) => {
      assert.ok(error instanceof AuthError);
      assert.deepEqual(
        [error.code, error.remedy, error.cause],
        ['not_authenticated', 'authenticate', undefined],
      );
      assert.ok(!error.message.includes('not-a-key'));
      return true;
    });
  });

  for (const [what, change] of [
    ['an unknown algorithm', { algorithm: 'HS256' }],
    ['no private part', { privateKey: { kty: 'EC', crv: 'P-256', x: 'a', y: 'b' } }],
    ['a symmetric key', { privateKey: { kty: 'oct', k: 'a' } }],
    ['an RSA key without its primes', { privateKey: { kty: 'RSA', n: 'a', e: 'b', d: 'c' } }],
    ['a text', { privateKey: 'key' }],
  ] as const) {
    it(`makes the record of a session unreadable with ${what}`, async () => {
      const key = { ...(await generateDpopKey(sample)), ...change };
      assert.equal(v.safeParse(dpopKeySchema, key).success, false);
      const record = JSON.stringify({ ...JSON.parse(serializeSession(sampleSession())), dpop: key });
      assert.throws(() => parseSession(record), { code: 'storage', message: /at dpop/ });
    });
  }

  it('is learned by the redactor, from a sign-in as from the storage', async () => {
    const rsa = await generateDpopKey({ algorithm: 'RS256', requiredByServer: true });
    const elliptic = await generateDpopKey(sample);
    for (const dpop of [rsa, elliptic]) {
      const secrets = new FakeSecretStorage();
      for (const use of [
        (store: SessionStore) => store.put(sampleSession({ dpop })),
        (store: SessionStore) => store.reload(),
      ]) {
        const redactor = new Redactor();
        const store = new SessionStore({ secrets, redactor, log: new Log(() => undefined, redactor) });
        await use(store);
        for (const secret of dpopSecrets(dpop)) {
          assert.ok(!redactor.text(`the value ${secret}`).includes(secret));
        }
        store.dispose();
      }
    }
    assert.equal(dpopSecrets(rsa).length, 6);
  });
});

const sample = { algorithm: 'ES256', requiredByServer: false } as const;
