// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { resolveHeaders } from '../../../src/core/config/resolveHeaders.ts';
import type { RemoteServerDefinition } from '../../../src/core/config/serverDefinition.ts';
import type { ProbeOutcome } from '../../../src/core/connection/probeOutcome.ts';
import { applyCredential } from '../../../src/core/credential/applyCredential.ts';
import {
  appliedCredential,
  type CredentialFacts,
  type CredentialKind,
  credentialChain,
  credentialKinds,
} from '../../../src/core/credential/credentialChain.ts';
import type { HelperOutcome } from '../../../src/core/credential/helperCall.ts';
import { AuthError } from '../../../src/core/errors.ts';

interface Case extends Partial<Omit<CredentialFacts, 'definition' | 'headers'>> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly transport?: RemoteServerDefinition['transport'];
}

const environment = { SET: 'value', EMPTY: '' };

function facts({ headers = {}, transport = 'http', ...rest }: Case): CredentialFacts {
  const definition: RemoteServerDefinition = {
    kind: 'remote',
    name: 'srv',
    range: { offset: 0, length: 0 },
    transport,
    url: 'https://mcp.example/mcp',
    headers,
  };
  const resolved = resolveHeaders(definition, environment);
  const others = { fileName: '.mcp.json', session: 'absent', hasSavedToken: false } as const;
  return { definition, headers: resolved, ...others, ...rest };
}

const bearer = { Authorization: 'Bearer ${SET}' };
const key = { 'X-API-Key': 'k' };
const printed: HelperOutcome = { kind: 'succeeded', headers: { 'X-Key': 'h' } };
const failed: HelperOutcome = { kind: 'failed', error: new AuthError('timeout', 'It took too long.') };

type Row = readonly [what: string, Case, applies: CredentialKind | undefined, reasons: Reasons];
type Reasons = Partial<Readonly<Record<CredentialKind, RegExp>>>;

const table: readonly Row[] = [
  [
    'nothing: OAuth, once the server asks for it',
    {},
    'oauth',
    {
      authorizationHeader: /^The definition has no Authorization header\.$/,
      headersHelper: /^The definition has no "headersHelper"\.$/,
      session: /^You are not signed in\.$/,
      savedToken: /^You have not saved a token\.$/,
      otherHeader: /^The definition has no other header that carries a credential\.$/,
      oauth: /has not been asked yet/,
      manualToken: /^You can set a token by hand where a server has no OAuth\.$/,
    },
  ],
  ['a challenge', { probe: { kind: 'challenged' } }, 'oauth', { oauth: /asks for authentication/ }],
  ['no challenge', { probe: { kind: 'open' } }, undefined, { oauth: /answers without authentication/ }],
  [
    'no answer',
    { probe: { kind: 'unreachable', error: new AuthError('network', 'Gone.') } },
    'oauth',
    { oauth: /could not be asked: Gone\./ },
  ],
  [
    'everything: the Authorization header',
    { headers: { ...bearer, ...key }, helper: printed, session: 'usable', hasSavedToken: true },
    'authorizationHeader',
    {
      authorizationHeader: /^The Authorization header in \.mcp\.json is sent as it is; OAuth is off\.$/,
      headersHelper: /^The Authorization header comes first\. Claude Code would let the helper replace it\.$/,
      session: /^The Authorization header comes first\.$/,
      savedToken: /^The Authorization header comes first\.$/,
      otherHeader: /^The Authorization header comes first\.$/,
      oauth: /^The Authorization header comes first\.$/,
    },
  ],
  [
    'all but that: the helper',
    { headers: key, helper: printed, session: 'usable', hasSavedToken: true },
    'headersHelper',
    { session: /^The helper comes first\.$/, savedToken: /^The helper comes first\.$/ },
  ],
  [
    'a helper that is our own, and a session',
    { isOwnHelper: true, session: 'usable', hasSavedToken: true },
    'session',
    { headersHelper: /^Claude Code gets the credential from MCP Auth/ },
  ],
  [
    'a helper that is our own, and nothing else: as if there were none',
    { isOwnHelper: true, probe: { kind: 'challenged' } },
    'oauth',
    { headersHelper: /not run here/ },
  ],
  ['a helper that was not allowed', { helper: { kind: 'notAllowed' } }, 'headersHelper', {}],
  [
    'a helper that failed, and a session',
    { helper: failed, session: 'usable' },
    'session',
    { headersHelper: /^The helper failed: It took too long\.$/ },
  ],
  [
    'a helper that printed nothing, and a saved token',
    { helper: { kind: 'succeeded', headers: {} }, hasSavedToken: true },
    'savedToken',
    { headersHelper: /printed no headers/ },
  ],
  [
    'a session, a saved token and another header',
    { headers: key, session: 'usable', hasSavedToken: true },
    'session',
    { savedToken: /^Your session comes first\.$/, otherHeader: /^Your session comes first\.$/ },
  ],
  [
    'an expired session and a saved token',
    { session: 'expired', hasSavedToken: true },
    'savedToken',
    { session: /^The session has expired\.$/, oauth: /^The token that you have saved comes first\.$/ },
  ],
  ['another header', { headers: key }, 'otherHeader', { otherHeader: /"X-API-Key" in \.mcp\.json/ }],
  ['another header without a value', { headers: { 'X-API-Key': '${EMPTY}' } }, 'oauth', {}],
  ['a header that carries no credential', { headers: { 'X-Region': 'eu' } }, 'oauth', {}],
  ...['', ' ', 'Bearer', 'Bearer ', 'bearer  ', 'Bearer ${EMPTY}'].map(
    (Authorization): Row => [
      `an Authorization header that is ${JSON.stringify(Authorization)}`,
      { headers: { Authorization }, session: 'usable' },
      'session',
      { authorizationHeader: /is empty and is skipped\. Claude Code turns OAuth off/ },
    ],
  ),
  [
    'a variable that is not set in the Authorization header',
    { headers: { Authorization: 'Bearer ${GONE}' }, hasSavedToken: true },
    'savedToken',
    { authorizationHeader: /is skipped: GONE is not set\. Claude Code sends it as it is written/ },
  ],
  [
    'a WebSocket',
    { transport: 'ws', session: 'usable' },
    'manualToken',
    { session: /takes credentials from headers only/, oauth: /takes credentials from headers only/ },
  ],
];

describe('the credential chain', () => {
  for (const [what, one, applies, reasons] of table) {
    it(`comes to ${applies ?? 'no credential'} with ${what}`, () => {
      const chain = credentialChain(facts(one));
      assert.equal(appliedCredential(chain), applies);
      for (const { kind, reason } of chain) {
        assert.match(reason, reasons[kind] ?? /^.+\.$/);
      }
    });
  }

  const anyCase: fc.Arbitrary<Case> = fc.record({
    headers: fc.constantFrom({}, bearer, key, { Authorization: 'Bearer ${GONE}' }, { ...bearer, ...key }),
    transport: fc.constantFrom('http', 'sse', 'ws'),
    helper: fc.constantFrom<HelperOutcome | undefined>(undefined, printed, failed, { kind: 'notRun' }),
    session: fc.constantFrom('absent', 'expired', 'usable'),
    hasSavedToken: fc.boolean(),
    probe: fc.constantFrom<ProbeOutcome | undefined>(undefined, { kind: 'open' }, { kind: 'challenged' }),
  });

  it('gives a reason for every place, in order, and applies one at most', () => {
    fc.assert(
      fc.property(anyCase, (one) => {
        const chain = credentialChain(facts(one));
        assert.deepEqual(
          chain.map(({ kind }) => kind),
          credentialKinds,
        );
        assert.ok(chain.filter(({ applies }) => applies).length <= 1);
        assert.ok(chain.every(({ reason }) => reason.endsWith('.')));
      }),
    );
  });

  it('never says what a header holds', () => {
    fc.assert(
      fc.property(anyCase, fc.constantFrom('Authorization', 'X-Api-Key', 'X-A'), (one, name) => {
        const headers = { ...one.headers, [name]: 'secret-in-header' };
        assert.doesNotMatch(JSON.stringify(credentialChain(facts({ ...one, headers }))), /secret-in/);
      }),
    );
  });
});

describe('the credential that applies', () => {
  const token = { serverUrl: 'https://mcp.example/mcp', token: 't', savedAt: 0 };
  const apply = (one: Case, saved: { readonly headerName: string; readonly scheme?: string }) => {
    const given = facts(one);
    return applyCredential(credentialChain(given), { ...given, token: { ...token, ...saved } });
  };
  const rows: readonly (readonly [string, Case, ReturnType<typeof apply>])[] = [
    [
      'the header, and those beside it',
      { headers: { ...bearer, 'X-Region': 'eu' } },
      { kind: 'header', headers: { Authorization: 'Bearer value', 'X-Region': 'eu' } },
    ],
    [
      "the helper's, which replace those of the same name in any case",
      { headers: { 'x-key': 'old', 'X-Region': 'eu' }, helper: printed },
      { kind: 'helper', headers: { 'X-Region': 'eu', 'X-Key': 'h' } },
    ],
    [
      'none of a helper that has not run',
      { headers: { 'X-Region': 'eu' }, helper: { kind: 'notRun' } },
      { kind: 'helper', headers: { 'X-Region': 'eu' } },
    ],
    [
      'the saved token, without an empty Authorization header',
      { headers: { AUTHORIZATION: '', 'X-Region': 'eu' }, hasSavedToken: true },
      { kind: 'savedToken', headers: { 'X-Region': 'eu', Authorization: 'Token t' } },
    ],
    [
      'what goes along with a session',
      { headers: { Authorization: 'Bearer', 'X-Region': 'eu' }, session: 'usable' },
      { kind: 'session', headers: { 'X-Region': 'eu' } },
    ],
    ['the other header', { headers: key }, { kind: 'header', headers: key }],
    [
      'nothing but the other headers',
      { headers: { 'X-Region': 'eu' } },
      { kind: 'none', headers: { 'X-Region': 'eu' } },
    ],
  ];
  for (const [what, one, expected] of rows) {
    it(`is ${what}`, () => {
      assert.deepEqual(apply(one, { headerName: 'Authorization', scheme: 'Token' }), expected);
    });
  }

  it('has a saved token as it is, where no scheme precedes it', () => {
    assert.deepEqual(apply({ hasSavedToken: true }, { headerName: 'X-Key' }).headers, { 'X-Key': 't' });
  });
});
