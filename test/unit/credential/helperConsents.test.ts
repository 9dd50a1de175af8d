import assert from 'node:assert/strict';
import type { HelperCall } from '../../../src/core/credential/helperCall.ts';
import { HelperConsents } from '../../../src/core/credential/helperConsents.ts';
import { sha256 } from '../../../src/node/sha256.ts';
import { FakeWorkspaceMemory } from '../../support/fakeWorkspaceMemory.ts';
import { sampleHelperCall } from '../../support/sampleHelperCall.ts';

const call = sampleHelperCall;

function create() {
  const memory = new FakeWorkspaceMemory();
  return { memory, consents: new HelperConsents({ memory, digest: sha256 }) };
}

describe('HelperConsents', () => {
  it('allows nothing at first, and remembers what was allowed for the next window', async () => {
    const { memory, consents } = create();
    assert.equal(consents.isAllowed(call), false);
    await consents.allow(call);
    assert.equal(consents.isAllowed(call), true);
    assert.equal(new HelperConsents({ memory, digest: sha256 }).isAllowed(call), true);
  });

  const changes: readonly (readonly [string, Partial<HelperCall>])[] = [
    ['command', { command: `${call.command} ` }],
    ['file', { file: 'file:///other/.mcp.json' }],
    ['server URL', { serverUrl: 'https://internal.example/mcp?' }],
    ['working directory', { workingDirectory: '/work/' }],
  ];
  for (const [what, change] of changes) {
    it(`does not allow the same with another ${what}`, async () => {
      const { consents } = create();
      await consents.allow(call);
      assert.equal(consents.isAllowed({ ...call, ...change }), false);
    });
  }

  it('does not mind another name for the same server', async () => {
    const { consents } = create();
    await consents.allow(call);
    assert.equal(consents.isAllowed({ ...call, serverName: 'renamed' }), true);
  });

  it('keeps nothing readable', async () => {
    const { memory, consents } = create();
    await consents.allow(call);
    assert.deepEqual([...memory.values.keys()], ['allowedHelpers']);
    assert.match(JSON.stringify(memory.values.get('allowedHelpers')), /^\["[0-9a-f]{64}"\]$/);
  });

  it('forgets the oldest of more than 500', async () => {
    const { memory, consents } = create();
    await consents.allow(call);
    for (let index = 0; index < 500; index++) {
      await consents.allow({ ...call, command: String(index) });
    }
    assert.deepEqual(
      [call, { ...call, command: '0' }].map((one) => consents.isAllowed(one)),
      [false, true],
    );
    assert.equal((memory.values.get('allowedHelpers') as unknown[]).length, 500);
  });

  it('allows nothing where the memory holds something else', () => {
    const { memory, consents } = create();
    for (const value of ['text', { 0: true }, [1, null]]) {
      memory.values.set('allowedHelpers', value);
      assert.equal(consents.isAllowed(call), false);
    }
  });
});
