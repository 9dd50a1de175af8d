import assert from 'node:assert/strict';
import { assertGrantApproved, type GrantQuestion } from '../../../src/core/oauth/grantApproval.ts';
import { RegistrationStore } from '../../../src/core/session/registrationStore.ts';
import { FakeSecretStorage } from '../../support/fakeSecretStorage.ts';
import { recordLog } from '../../support/recordedLog.ts';

const question: GrantQuestion = {
  grant: 'clientCredentials',
  serverUrl: new URL('https://mcp.example/mcp'),
  issuer: 'https://as.example',
  identity: 'the-client',
};

describe('assertGrantApproved', () => {
  const { signal } = new AbortController();

  function prepare(answer = true) {
    const secrets = new FakeSecretStorage();
    const { log, lines } = recordLog();
    const asked: GrantQuestion[] = [];
    const prompt = {
      async askApproveGrant(one: GrantQuestion) {
        asked.push(one);
        return answer;
      },
    };
    const ports = { prompt, registrations: new RegistrationStore(secrets, log), log };
    return { ports, asked, secrets, lines };
  }

  it('asks once, and remembers the answer across windows', async () => {
    const { ports, asked, secrets } = prepare();
    await assertGrantApproved(question, ports, signal);
    const other = { ...ports, registrations: new RegistrationStore(secrets, ports.log) };
    await assertGrantApproved({ ...question, serverUrl: new URL('https://mcp.example/mcp/') }, other, signal);
    assert.deepEqual(asked, [question]);
  });

  const changes: readonly Partial<GrantQuestion>[] = [
    { grant: 'workload' },
    { serverUrl: new URL('https://evil.example/mcp') },
    { serverUrl: new URL('https://mcp.example/other') },
    { issuer: 'https://other.example' },
    { identity: 'another-client' },
    { identity: undefined },
  ];
  for (const change of changes) {
    it(`asks again for ${JSON.stringify(change)}`, async () => {
      const { ports, asked } = prepare();
      await assertGrantApproved(question, ports, signal);
      await assertGrantApproved({ ...question, ...change }, ports, signal);
      assert.equal(asked.length, 2);
    });
  }

  it('is cancelled by a no, which is not remembered', async () => {
    const { ports, asked, secrets } = prepare(false);
    await assert.rejects(assertGrantApproved(question, ports, signal), { code: 'cancelled' });
    await assert.rejects(assertGrantApproved(question, ports, signal), { code: 'cancelled' });
    assert.deepEqual([asked.length, secrets.values.size], [2, 0]);
  });

  it('goes on, to ask again next time, where the answer cannot be saved', async () => {
    const { ports, asked, secrets, lines } = prepare();
    secrets.refuse('store');
    await assertGrantApproved(question, ports, signal);
    await assertGrantApproved(question, ports, signal);
    assert.equal(asked.length, 2);
    assert.match(lines.join('\n'), /warn A decision could not be saved/);
  });

  it('counts for nothing when it comes after the end', async () => {
    const controller = new AbortController();
    const { ports, secrets } = prepare();
    const prompt = {
      async askApproveGrant() {
        controller.abort();
        return true;
      },
    };
    await assert.rejects(assertGrantApproved(question, { ...ports, prompt }, controller.signal), {
      code: 'cancelled',
    });
    assert.equal(secrets.values.size, 0);
  });
});
