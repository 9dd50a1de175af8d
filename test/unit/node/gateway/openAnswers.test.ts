import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type OpenAnswer, OpenAnswers } from '../../../../src/node/gateway/openAnswers.ts';

const answer = () => new ServerResponse(new IncomingMessage(new Socket()));

describe('OpenAnswers', () => {
  it('takes out what has ended, in any order, and keeps the others', () => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ]) {
      const open = new OpenAnswers();
      const answers = Array.from({ length: 4 }, () => open.add(answer()));
      const left = new Set<OpenAnswer>(answers);
      for (const index of order) {
        const ended = answers[index] ?? assert.fail();
        open.remove(ended);
        left.delete(ended);
        assert.equal(open.size, left.size);
      }
    }
  });

  it('breaks off those that are left, and no other', () => {
    const open = new OpenAnswers();
    const answers = Array.from({ length: 5 }, () => open.add(answer()));
    const ended = [answers[0], answers[3]].map((one) => one ?? assert.fail());
    for (const one of ended) {
      open.remove(one);
    }
    const late = open.add(answer());
    open.destroy();
    const destroyed = [...answers, late].filter(({ response }) => response.destroyed);
    assert.deepEqual(
      destroyed,
      [...answers, late].filter((one) => !ended.includes(one)),
    );
  });
});
