import assert from 'node:assert/strict';
import { generateDpopKey } from '../../../src/core/oauth/dpopKey.ts';
import { summarizeSession } from '../../../src/core/session/sessionSummary.ts';
import { sessionDetails } from '../../../src/vscode/sessionDetails.ts';
import { sampleSession, sampleTime } from '../../support/sampleSession.ts';

describe('sessionDetails', () => {
  it('tells of a bound token that it is one', async () => {
    const dpop = await generateDpopKey({ algorithm: 'ES256', requiredByServer: false });
    const details = sessionDetails(summarizeSession(sampleSession({ dpop })), sampleTime);
    assert.deepEqual(
      details.filter(({ label }) => label === 'Token'),
      [{ label: 'Token', value: 'DPoP-bound' }],
    );
  });

  it('says first how a client became known, since its ID is often too long for the row', () => {
    const details = sessionDetails(summarizeSession(sampleSession()), sampleTime);
    const { value } = details.find(({ label }) => label === 'Client') ?? {};
    assert.match(value ?? '', /^(?:registered by itself|your own) · \S+$/);
  });

  it('says whose session it is, first of all, and quotes what could mislead', () => {
    for (const [name, value] of [
      ['alice@example.com', 'alice@example.com'],
      ['alice · forever', '"alice · forever"'],
      [undefined, 'the server does not say'],
    ] as const) {
      const session = sampleSession({ account: { id: 'default', addedAt: sampleTime, name } });
      const [first] = sessionDetails(summarizeSession(session), sampleTime);
      assert.deepEqual(first, { label: 'Account', value });
    }
  });

  it('says nothing of an account where no page asked who somebody is', () => {
    const session = sampleSession({ grant: 'clientCredentials' });
    const details = sessionDetails(summarizeSession(session), sampleTime);
    assert.ok(!details.some(({ label }) => label === 'Account'));
  });

  it('says nothing of a Bearer token', () => {
    const details = sessionDetails(summarizeSession(sampleSession()), sampleTime);
    assert.ok(!details.some(({ label }) => label === 'Token'));
  });
});
