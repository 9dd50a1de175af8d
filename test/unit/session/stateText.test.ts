import assert from 'node:assert/strict';
import { AuthError } from '../../../src/core/errors.ts';
import type { ServerState } from '../../../src/core/session/serverState.ts';
import { stateText } from '../../../src/core/session/stateText.ts';
import { stepTexts } from '../../../src/core/session/stepTexts.ts';

const now = Date.UTC(2030, 0, 1);
const hour = 3_600_000;
const header = { kind: 'staticHeader', fileName: '.mcp.json' } as const;
const failure = new AuthError('network', 'It failed.');

const rows: readonly (readonly [ServerState, string, string])[] = [
  [{ kind: 'invalid', reason: '"url" is empty.' }, '"url" is empty', '"url" is empty.'],
  [{ kind: 'invalid', reason: 'The entry is bad.' }, 'the entry is bad', 'The entry is bad.'],
  [{ kind: 'invalid', reason: 'URL is bad.' }, 'URL is bad', 'URL is bad.'],
  [
    { kind: 'stdio' },
    'stdio · credentials from its environment',
    'A stdio server takes its credentials from its environment: there is nothing to sign in to.',
  ],
  [
    { kind: 'missingVariable', names: ['A'] },
    'A is not set',
    "A is not set in this window's environment. Set it where VS Code is started, or in the setting terminal.integrated.env.",
  ],
  [
    { kind: 'missingVariable', names: ['A', 'B'], tokenHelps: true },
    'A, B are not set',
    "A, B are not set in this window's environment. Set it where VS Code is started, or in the setting terminal.integrated.env; or set a token here.",
  ],
  [
    { ...header, headerName: 'Authorization', isRejected: false },
    'header from .mcp.json',
    'The Authorization header in .mcp.json is sent as it is. OAuth is off.',
  ],
  [
    { ...header, headerName: 'X-Key', isRejected: false },
    'header from .mcp.json',
    'The X-Key header in .mcp.json is sent as it is.',
  ],
  [
    { ...header, headerName: 'Authorization', isRejected: true },
    'header rejected · .mcp.json',
    'The server rejects the Authorization header in .mcp.json. Correct it there.',
  ],
  [
    { kind: 'asksInput', inputs: ['api-key'] },
    'VS Code asks for its credential',
    'Only VS Code knows what "api-key" was answered with. Set a token here, so that other clients can use this server.',
  ],
  ...(['notRun', 'succeeded'] as const).map(
    (run) =>
      [
        { kind: 'headersHelper', run, isRejected: false },
        'header from helper',
        'The command in "headersHelper" provides the headers.',
      ] as const,
  ),
  [
    { kind: 'headersHelper', run: 'notAllowed', isRejected: false },
    'helper is not allowed yet',
    'The command in "headersHelper" provides the headers, once you have allowed it to run.',
  ],
  [
    { kind: 'headersHelper', run: 'running', isRejected: false },
    'helper is running…',
    'The command in "headersHelper" is running.',
  ],
  [
    { kind: 'headersHelper', run: 'succeeded', isRejected: true },
    'header rejected · helper',
    'The server rejects what the command in "headersHelper" provides.',
  ],
  [{ kind: 'helperFailed', error: failure }, 'helper failed', 'It failed.'],
  [
    { kind: 'savedToken', headerName: 'X-Key', isRejected: false },
    'saved token',
    'The token that you have saved is sent as "X-Key".',
  ],
  [
    { kind: 'savedToken', headerName: 'X-Key', isRejected: true },
    'saved token rejected',
    'The server rejects the token that you have saved. Set another one.',
  ],
  [
    { kind: 'shadowed', by: '.mcp.json of shop' },
    'replaced by .mcp.json of shop',
    'The entry of the same name in .mcp.json of shop is used in its place.',
  ],
  [
    { kind: 'stdio', bridgesTo: 'mcp.example' },
    'stdio · bridge to mcp.example',
    'This process only passes on what mcp.example says, and keeps a sign-in of its own in plain files. Replace it with a direct entry, and authenticate here.',
  ],
  [{ kind: 'unreachable', error: failure }, 'unreachable', 'It failed.'],
  [
    { kind: 'unreachable', error: new AuthError('certificate_untrusted', 'Trust its certificate.') },
    'unreachable: certificate not trusted',
    'Trust its certificate.',
  ],
  [{ kind: 'unknown', isAsking: true }, 'asking…', 'Asking the server whether it needs authentication.'],
  [
    { kind: 'unknown', isAsking: false },
    'not asked yet',
    'The server has not been asked yet whether it needs authentication. Authenticate once; every client can then use this server.',
  ],
  [
    { kind: 'headersOnly' },
    'WebSocket · headers only',
    'A WebSocket server takes credentials from "headers" only.',
  ],
  [
    { kind: 'authenticating', step: 'waitingForBrowser' },
    'waiting for your browser…',
    'Go to your browser to finish signing in.',
  ],
  [{ kind: 'refreshing' }, 'refreshing…', 'Getting a new access token.'],
  [
    { kind: 'authenticated', refreshable: true },
    'authenticated',
    'Authenticated. The server did not say until when.',
  ],
  [
    { kind: 'authenticated', refreshable: true, expiresAt: now + hour },
    'authenticated · 60 min',
    'Authenticated · expires in 60 min. It is refreshed by itself.',
  ],
  [
    { kind: 'authenticated', refreshable: false, expiresAt: now + 2 * hour },
    'authenticated · 2 h',
    'Authenticated · expires in 2 h. Then you authenticate again.',
  ],
  [
    { kind: 'authenticated', refreshable: true, expiresAt: now },
    'authenticated · refreshes on next use',
    'Authenticated. The access token is refreshed on next use.',
  ],
  [
    { kind: 'authenticated', refreshable: false, expiresAt: now },
    'session expired',
    'The session has expired. Authenticate again.',
  ],
  [
    { kind: 'authenticated', refreshable: true, expiresAt: now + hour, grant: 'clientCredentials' },
    'authenticated · 60 min',
    'Authenticated · expires in 60 min. It renews by itself.',
  ],
  [
    { kind: 'authenticated', refreshable: true, expiresAt: now, grant: 'enterprise' },
    'authenticated · renews by itself',
    'Authenticated. A new access token is obtained by itself on next use.',
  ],
  [
    { kind: 'authenticated', refreshable: true, expiresAt: undefined, grant: 'workload' },
    'authenticated',
    'Authenticated. The server did not say until when.',
  ],
  [
    { kind: 'needsScopes', scope: 'files:write' },
    'extra scopes needed',
    'The server wants more permissions than this session has ("files:write"). Authenticate again to grant them.',
  ],
  [
    { kind: 'needsScopes' },
    'extra scopes needed',
    'The server wants more permissions than this session has. Authenticate again to grant them.',
  ],
  [{ kind: 'expired' }, 'session expired', 'The session has expired. Authenticate again.'],
  [
    { kind: 'needsAuthentication' },
    'needs authentication',
    'Needs authentication. Authenticate once; every client can then use this server.',
  ],
  [
    { kind: 'needsAuthentication', failure: new AuthError('access_denied', 'Access was denied.') },
    'needs authentication',
    'Needs authentication. Access was denied.',
  ],
  [
    { kind: 'noAuthenticationNeeded' },
    'no authentication needed',
    'The server answers without authentication.',
  ],
];

describe('stateText', () => {
  for (const [state, short, sentence] of rows) {
    it(`says "${sentence}" of ${JSON.stringify(state)}`, () => {
      assert.deepEqual(stateText(state, now), { short, sentence });
    });
  }

  it('keeps the column short where a reason goes on after a colon', () => {
    const reason = '"url" without "type": add "type": "http" (or "sse").';
    assert.deepEqual(stateText({ kind: 'invalid', reason }, now), {
      short: '"url" without "type"',
      sentence: reason,
    });
  });
});

describe('stepTexts', () => {
  for (const [step, { short, sentence }] of Object.entries(stepTexts)) {
    it(`says what goes on while ${step}`, () => {
      assert.match(short, /^[a-z].*…$/);
      assert.match(sentence, /^[A-Z].*\.$/);
    });
  }
});
