import assert from 'node:assert/strict';
import { agentNames, agentWish, wishedPatterns } from '../../../src/core/handover/agentWish.ts';
import { sampleServer } from '../../support/sampleServer.ts';

const { endpoint } = sampleServer('linear');
const url = 'https://linear.example/mcp';

describe('what the setting for agent mode makes of a server', () => {
  it('goes by every name that the server has in this window, each once', () => {
    const servers = [
      sampleServer('linear'),
      sampleServer('linear', { id: 'other' }),
      sampleServer('lin', { endpoint }),
      sampleServer('sentry'),
      sampleServer('files', { endpoint: undefined }),
    ];
    assert.deepEqual(agentNames(servers, url), ['linear', 'lin']);
    assert.deepEqual(agentNames(servers, 'https://nobody.example/mcp'), []);
  });

  for (const [names, wanted, expected] of [
    [[], ['linear'], 'elsewhere'],
    [['linear'], ['linear'], 'wanted'],
    [['linear'], [], 'unwanted'],
    [['linear', 'lin'], ['lin'], 'wanted'],
  ] as const) {
    it(`is "${expected}" for ${JSON.stringify(names)} where ${JSON.stringify(wanted)} are wanted`, () => {
      assert.equal(
        agentWish(names, (name) => wanted.some((one) => one === name)),
        expected,
      );
    });
  }
});

describe('the setting that is changed for a server', () => {
  it('takes out or in every name of the server', () => {
    const out = wishedPatterns(['linear', 'lin'], ['*', '!sentry'], 'unwanted');
    assert.deepEqual(out, ['*', '!sentry', '!linear', '!lin']);
    assert.deepEqual(wishedPatterns(['linear', 'lin'], out ?? [], 'wanted'), ['*', '!sentry']);
  });

  it('is not changed where one of the names cannot be said alone', () => {
    assert.equal(wishedPatterns(['linear', 'li*'], ['*'], 'unwanted'), undefined);
  });
});
