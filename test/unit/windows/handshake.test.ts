import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Greetings,
  opposite,
  prove,
  type Side,
  verifyProof,
} from '../../../src/core/windows/handshake.ts';

const secret = crypto.getRandomValues(new Uint8Array(32));
const greetings: Greetings = { initiator: '{"nonce":"1"}', responder: '{"nonce":"2"}' };

describe('a proof that one has the secret', () => {
  for (const side of ['initiator', 'responder'] satisfies readonly Side[]) {
    it(`convinces the other end of the ${side}`, async () => {
      const proof = await prove(secret, side, greetings);
      assert.equal(proof.length, 32);
      assert.equal(await verifyProof(secret, proof, { by: side, greetings }), true);
    });

    it(`of the ${side} does not convince when it is sent back`, async () => {
      const proof = await prove(secret, side, greetings);
      assert.equal(await verifyProof(secret, proof, { by: opposite(side), greetings }), false);
    });
  }

  it('holds for no other secret', async () => {
    const proof = await prove(crypto.getRandomValues(new Uint8Array(32)), 'initiator', greetings);
    assert.equal(await verifyProof(secret, proof, { by: 'initiator', greetings }), false);
  });

  it('holds for no other greetings', async () => {
    const proof = await prove(secret, 'initiator', greetings);
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (initiator, responder) => {
        const others = { initiator, responder };
        assert.equal(await verifyProof(secret, proof, { by: 'initiator', greetings: others }), false);
      }),
      { numRuns: 50 },
    );
  });

  it('does not hold when the greetings are cut at another place', async () => {
    const proof = await prove(secret, 'initiator', { initiator: 'ab', responder: 'c' });
    const said = { by: 'initiator', greetings: { initiator: 'a', responder: 'bc' } } as const;
    assert.equal(await verifyProof(secret, proof, said), false);
  });

  for (const length of [0, 1, 31, 33]) {
    it(`does not hold with ${length} bytes`, async () => {
      const whole = new Uint8Array([...(await prove(secret, 'initiator', greetings)), 0]);
      const proof = whole.slice(0, length);
      assert.equal(await verifyProof(secret, proof, { by: 'initiator', greetings }), false);
    });
  }
});
