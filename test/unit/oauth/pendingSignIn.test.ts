import assert from 'node:assert/strict';
import { parsePending, pendingSecrets, serializePending } from '../../../src/core/oauth/pendingSignIn.ts';
import { samplePending } from '../../support/samplePending.ts';

describe('the record of a pending sign-in', () => {
  it('is read as it was written, byte for byte', () => {
    const record = samplePending();
    const read = parsePending(serializePending(record));
    assert.deepEqual(read, record);
    assert.equal(read.authorization.url.href, record.authorization.url.href);
  });

  it('is read without what need not be there', () => {
    const record = samplePending({
      localPort: undefined,
      oauth: undefined,
      dpop: undefined,
      workspace: undefined,
      scopes: { requested: undefined, registered: undefined },
      isUnverified: false,
    });
    const { localPort, oauth, dpop, workspace, scopes } = parsePending(serializePending(record));
    assert.deepEqual([localPort, oauth, dpop, workspace], [undefined, undefined, undefined, undefined]);
    assert.deepEqual(scopes, { requested: undefined, registered: undefined });
  });

  it('keeps of the metadata and of the definition only what finishing takes', () => {
    const text = serializePending(
      samplePending({
        server: { ...samplePending().server, claims_supported: ['something'] },
        oauth: { clientId: 'client-1', ...{ callbackPort: 4711 } },
      }),
    );
    const stored = JSON.parse(text);
    assert.ok(!('claims_supported' in stored.server));
    assert.deepEqual(stored.oauth, { clientId: 'client-1' });
  });

  const stored = (): Record<string, unknown> => JSON.parse(serializePending(samplePending()));
  for (const [what, text, reason] of [
    ['that is no JSON', 'secret-text', 'not JSON'],
    ['of another version', JSON.stringify({ ...stored(), version: 2 }), 'at version'],
    ['without a verifier', JSON.stringify({ ...stored(), authorization: {} }), 'at authorization.url'],
    ['of an unknown redirect', JSON.stringify({ ...stored(), redirectKind: 'pigeon' }), 'at redirectKind'],
    ['without an end', JSON.stringify({ ...stored(), expiresAt: null }), 'at expiresAt'],
    ['with a port that is none', JSON.stringify({ ...stored(), localPort: 70_000 }), 'at localPort'],
    ['that is a list', '[]', 'at'],
  ] as const) {
    it(`is refused without being quoted ${what}`, () => {
      assert.throws(
        () => parsePending(text),
        (error: Error & { readonly code?: string }) => {
          assert.equal(error.code, 'storage');
          assert.ok(error.message.includes(reason), error.message);
          assert.equal(error.cause, undefined);
          assert.ok(!/secret-text|client-secret-1|verifier-1/.test(error.message));
          return true;
        },
      );
    });
  }

  it('has secrets: the state, the verifier, those of the client, and the private key', () => {
    assert.deepEqual([...pendingSecrets(samplePending())].sort(), [
      'client-secret-1',
      'code-verifier-1',
      'd-of-the-key',
      'state-1',
    ]);
  });
});
