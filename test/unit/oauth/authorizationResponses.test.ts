import assert from 'node:assert/strict';
import { AuthError } from '../../../src/core/errors.ts';
import {
  type AuthorizationResponsePorts,
  AuthorizationResponses,
} from '../../../src/core/oauth/authorizationResponses.ts';
import { PendingAuthorizations } from '../../../src/core/oauth/pendingAuthorizations.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { samplePending } from '../../support/samplePending.ts';

describe('AuthorizationResponses', () => {
  const answer = new URLSearchParams({ state: 'state-1', code: 'a+b c' });

  /** With what the others do; what is unexpected fails the test. */
  function prepare(others: {
    readonly windows?: (query: string) => Promise<boolean>;
    readonly claim?: AuthorizationResponsePorts['records']['claim'];
  }) {
    const { log, lines } = recordLog();
    const pending = new PendingAuthorizations();
    const finished: string[] = [];
    const responses = new AuthorizationResponses({
      pending,
      windows: {
        joined: Promise.resolve(),
        deliver: others.windows ?? (async () => assert.fail('offered to other windows')),
      },
      records: { claim: others.claim ?? (async () => assert.fail('looked for a record')) },
      log,
      finish: (record, response) => finished.push(`${record.resource}?${response}`),
    });
    return { pending, responses, finished, lines };
  }

  const nobody = async () => false;
  const nothing = async () => undefined;

  it('hands a response to whoever waits for it here, and troubles nobody else', async () => {
    const { pending, responses, lines } = prepare({});
    const expected = pending.expect('state-1', new AbortController().signal);
    assert.equal(await responses.deliver(answer), true);
    assert.equal(await expected.response, answer);
    assert.deepEqual(lines, []);
  });

  it('offers it to the other windows next, and reads what they offer in the same way', async () => {
    const other = prepare({});
    const expected = other.pending.expect('state-1', new AbortController().signal);
    const { responses } = prepare({ windows: async (query) => other.responses.accept(query) });
    assert.equal(await responses.deliver(answer), true);
    assert.deepEqual([...(await expected.response)], [...answer]);
    assert.equal(other.responses.accept(answer.toString()), false);
  });

  it('finishes a sign-in with it whose window is gone', async () => {
    const states: string[] = [];
    const claim = async (state: string) => {
      states.push(state);
      return samplePending();
    };
    const { responses, finished } = prepare({ windows: nobody, claim });
    assert.equal(await responses.deliver(answer), true);
    assert.deepEqual(states, ['state-1']);
    assert.deepEqual(finished, [`https://mcp.example/mcp?${answer}`]);
  });

  it('waits until the windows know of each other', async () => {
    const joined = Promise.withResolvers<void>();
    const order: string[] = [];
    const responses = new AuthorizationResponses({
      pending: new PendingAuthorizations(),
      windows: {
        joined: joined.promise.then(() => void order.push('joined')),
        deliver: async () => order.push('offered') > 0,
      },
      records: { claim: nothing },
      log: recordLog().log,
      finish: () => undefined,
    });
    const delivered = responses.deliver(answer);
    joined.resolve();
    assert.equal(await delivered, true);
    assert.deepEqual(order, ['joined', 'offered']);
  });

  it('goes on where the other windows cannot be asked', async () => {
    const windows = async () => {
      throw new Error('the line is dead');
    };
    const { responses, finished, lines } = prepare({ windows, claim: async () => samplePending() });
    assert.equal(await responses.deliver(answer), true);
    assert.equal(finished.length, 1);
    assert.ok(lines.some((line) => line.includes('the line is dead')));
  });

  it('finishes nothing whose record cannot be taken away', async () => {
    const claim = async () => {
      throw new AuthError('storage', 'It stays.');
    };
    const { responses, finished, lines } = prepare({ windows: nobody, claim });
    assert.equal(await responses.deliver(answer), false);
    assert.deepEqual(finished, []);
    assert.ok(lines.some((line) => line.startsWith('error') && line.includes('It stays.')));
  });

  it('hands it to whoever has begun to wait for it meanwhile', async () => {
    const { pending, responses } = prepare({
      windows: nobody,
      claim: async () => {
        expected = pending.expect('state-1', new AbortController().signal);
        return undefined;
      },
    });
    let expected: ReturnType<typeof pending.expect> | undefined;
    assert.equal(await responses.deliver(answer), true);
    assert.equal(await expected?.response, answer);
  });

  for (const [what, query] of [
    ['without a state', 'code=code-1'],
    ['with two states', 'state=state-1&state=state-1&code=code-1'],
    ['that is empty', ''],
  ] as const) {
    it(`ignores a response ${what}, and troubles nobody with it`, async () => {
      const { responses, lines } = prepare({});
      assert.equal(await responses.deliver(new URLSearchParams(query)), false);
      assert.equal(lines.length, 1);
    });
  }

  it('logs the names of an ignored response, never its values, and not without end', async () => {
    const { responses, lines } = prepare({ windows: nobody, claim: nothing });
    const many = Array.from({ length: 50 }, (_, index) => `name${index}=value`).join('&');
    await responses.deliver(new URLSearchParams(`code=code-1&state=state-1&a%0Ab=c&code=code-2&${many}`));
    assert.deepEqual(lines, [
      'warn Ignored an authorization response that nobody waits for ' +
        'parameters="code,state,a\\nb,name0,name1,name2,name3,name4,name5,name6"',
    ]);
  });
});
