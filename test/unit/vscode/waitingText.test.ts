import assert from 'node:assert/strict';
import type { RedirectKind } from '../../../src/core/oauth/redirect.ts';
import type { Waiting } from '../../../src/core/oauth/waiting.ts';
import { waitingText } from '../../../src/vscode/waitingText.ts';

const node = { kind: 'server', id: 'a' } as const;
const open = async () => true;

function response(redirectKind: RedirectKind): Waiting {
  const nothing = () => undefined;
  return {
    kind: 'response',
    redirectKind,
    isResumed: false,
    url: new URL('https://as.example'),
    open,
    check: nothing,
    paste: nothing,
  };
}

const device: Waiting = {
  kind: 'device',
  userCode: 'ABCD',
  verificationUri: new URL('https://as.example/device'),
  verificationUriComplete: undefined,
  expiresAt: 0,
  open,
};

describe('the links while a person is waited for', () => {
  for (const [when, waiting, expected] of [
    [
      'the browser may be refused the address of the editor',
      response('uriHandler'),
      ['authenticateThroughLocalhost', 'pasteRedirectUrl', 'authenticate'],
    ],
    ['the browser may not reach this machine', response('loopback'), ['pasteRedirectUrl', 'authenticate']],
    ['the answer is to be pasted', response('paste'), ['pasteRedirectUrl']],
    ['a code is to be entered', device, ['authenticateDevice']],
  ] as const) {
    it(`lead on when ${when}`, () => {
      const commands = [...waitingText(waiting, node).matchAll(/\]\(command:mcpAuth\.(\w+)\?/g)];
      assert.deepEqual(
        commands.map(([, command]) => command),
        expected,
      );
    });
  }
});
