import assert from 'node:assert/strict';
import { CredentialVerdicts } from '../../../src/core/credential/credentialVerdicts.ts';

const url = 'https://mcp.example/mcp';
const one = { kind: 'savedToken', headers: { Authorization: 'Bearer one' } } as const;
const two = { kind: 'savedToken', headers: { Authorization: 'Bearer two' } } as const;

describe('CredentialVerdicts', () => {
  it('knows nothing at first', () => {
    assert.equal(new CredentialVerdicts().isRejected(url, one), false);
  });

  it('remembers that a server refused exactly this credential', () => {
    const verdicts = new CredentialVerdicts();
    verdicts.note(url, one, 'rejected');
    assert.equal(verdicts.isRejected(url, one), true);
    assert.equal(verdicts.isRejected(url, two), false);
    assert.equal(verdicts.isRejected('https://other.example', one), false);
  });

  it('forgets it when the server takes it after all, and not when it takes another one', () => {
    const verdicts = new CredentialVerdicts();
    verdicts.note(url, one, 'rejected');
    verdicts.note(url, two, 'accepted');
    assert.equal(verdicts.isRejected(url, one), true);
    verdicts.note(url, one, 'accepted');
    assert.equal(verdicts.isRejected(url, one), false);
  });

  it('announces what is news', () => {
    const verdicts = new CredentialVerdicts();
    let count = 0;
    verdicts.onDidChange(() => count++);
    verdicts.note(url, one, 'accepted');
    verdicts.note(url, one, 'rejected');
    verdicts.note(url, one, 'rejected');
    verdicts.note(url, one, 'accepted');
    assert.equal(count, 2);
  });
});
