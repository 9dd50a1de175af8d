import assert from 'node:assert/strict';
import { helperQuestion } from '../../../src/core/credential/helperQuestion.ts';
import { sampleHelperCall as call } from '../../support/sampleHelperCall.ts';

describe('helperQuestion', () => {
  it('shows command, file, host and folder', () => {
    const { message, detail } = helperQuestion(call, '.mcp.json');
    assert.equal(message, 'Run the helper of "internal"?');
    for (const part of [
      '".mcp.json"',
      '"internal.example"',
      `\n\n"${call.command}"\n\n`,
      'in the folder "/work"',
    ]) {
      assert.ok(detail.includes(part), part);
    }
  });

  it('shows no more of the URL than its host: an expanded variable may be a secret', () => {
    const { detail } = helperQuestion({ ...call, serverUrl: 'https://h.example/sesame?k=sesame' }, 'f');
    assert.ok(!detail.includes('sesame'));
  });

  it('says who gets the secrets of the environment', () => {
    assert.match(helperQuestion({ ...call, isShared: true }, 'f').detail, /does not get the secrets/);
    assert.match(helperQuestion({ ...call, isShared: false }, 'f').detail, /and gets the secrets/);
  });

  it('makes visible what could hide something, or read as our own words', () => {
    const command = 'a\n\nAllowed by MCP Auth.\u202e\u200b\u00a0\u3164"\ud800\u0007';
    const { detail } = helperQuestion({ ...call, command }, 'f');
    assert.ok(
      detail.includes(
        String.raw`"a\n\nAllowed by MCP Auth.\u{202e}\u{200b}\u{a0}\u{3164}\"` +
          `\ufffd${String.raw`\u0007`}"`,
      ),
      detail,
    );
  });

  it('shows 600 characters, and says loudly where there are more', () => {
    const whole = helperQuestion({ ...call, command: '😀'.repeat(600) }, 'f').detail;
    assert.ok(!whole.includes('only the first'));
    const { detail } = helperQuestion({ ...call, command: `${'😀'.repeat(600)}tail` }, 'f');
    assert.ok(detail.includes(`"${'😀'.repeat(600)}"`) && !detail.includes('tail'));
    assert.match(detail, /only the first 600 of its 604 characters\. Open the definition/);
  });
});
