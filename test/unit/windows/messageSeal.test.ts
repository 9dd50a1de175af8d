import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createMessageSeal, type MessageSeal } from '../../../src/core/windows/messageSeal.ts';

const secret = crypto.getRandomValues(new Uint8Array(32));
const greetings = { initiator: 'one', responder: 'other' };

describe('createMessageSeal', () => {
  let initiator: MessageSeal;
  let responder: MessageSeal;
  beforeEach(async () => {
    initiator = await createMessageSeal(secret, 'initiator', greetings);
    responder = await createMessageSeal(secret, 'responder', greetings);
  });

  it('carries any text both ways, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (texts) => {
        for (const [from, to] of [
          [initiator, responder],
          [responder, initiator],
        ] as const) {
          const sealed = await Promise.all(texts.map((text) => from.seal(text)));
          const opened: string[] = [];
          for (const message of sealed) {
            opened.push(await to.open(message));
          }
          assert.deepEqual(opened, texts);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('seals the same text differently each time', async () => {
    const [one, other] = [await initiator.seal('text'), await initiator.seal('text')];
    assert.notDeepEqual(one, other);
  });

  it('opens no message twice', async () => {
    const sealed = await initiator.seal('text');
    await responder.open(sealed);
    await assert.rejects(responder.open(sealed));
  });

  it('opens no message after one that was left out', async () => {
    await initiator.seal('first');
    await assert.rejects(responder.open(await initiator.seal('second')));
  });

  it('opens nothing that was changed', async () => {
    const sealed = await initiator.seal('text');
    const last = sealed.length - 1;
    sealed[last] = (sealed[last] ?? 0) ^ 1;
    await assert.rejects(responder.open(sealed));
  });

  it('opens nothing that it has sealed itself', async () => {
    await assert.rejects(initiator.open(await initiator.seal('text')));
  });

  it('opens nothing of another connection, or by another secret', async () => {
    const elsewhere = await createMessageSeal(secret, 'initiator', { ...greetings, responder: 'third' });
    await assert.rejects(responder.open(await elsewhere.seal('text')));
    const stranger = await createMessageSeal(new Uint8Array(32), 'initiator', greetings);
    await assert.rejects(
      (await createMessageSeal(secret, 'responder', greetings)).open(await stranger.seal('')),
    );
  });
});
