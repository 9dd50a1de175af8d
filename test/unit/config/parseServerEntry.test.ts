// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import { parseServerEntry } from '../../../src/core/config/parseServerEntry.ts';
import type { ServerDefinition } from '../../../src/core/config/serverDefinition.ts';

const range = { offset: 3, length: 5 };
const url = 'https://mcp.example/mcp';
const machine = { grantType: 'client_credentials', clientId: 'id' };

function parse(value: unknown): ServerDefinition {
  return parseServerEntry({ name: 'srv', range }, value);
}

describe('parseServerEntry', () => {
  for (const [type, transport] of [
    ['http', 'http'],
    ['streamable-http', 'http'],
    ['sse', 'sse'],
    ['ws', 'ws'],
  ]) {
    it(`reads the type ${type} as the transport ${transport}`, () => {
      assert.deepEqual(parse({ type, url }), {
        kind: 'remote',
        name: 'srv',
        range,
        transport,
        url,
        headers: {},
        oauth: undefined,
      });
    });
  }

  it('keeps everything that authentication needs, and expands nothing', () => {
    const oauth = {
      clientId: 'id',
      callbackPort: 65535,
      authServerMetadataUrl: 'https://as.example/metadata',
      scopes: 'a b',
      xaa: true,
      tokenEndpointAuthMethod: 'private_key_jwt',
      dpop: true,
    };
    const headers = { 'X-Tenant': '${TENANT}', Authorization: '' };
    const entry = { type: 'http', url: '${BASE:-https://x}/mcp', headers, headersHelper: 'sh -c "a"', oauth };
    const { kind, ...parsed } = parse(entry);
    assert.equal(kind, 'remote');
    const { type: _type, ...expected } = entry;
    assert.deepEqual(parsed, { name: 'srv', range, transport: 'http', ...expected });
  });

  for (const oauth of [
    machine,
    { ...machine, xaa: false, tokenEndpointAuthMethod: 'client_secret_post' },
    { grantType: 'authorization_code' },
    { grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer' },
    { xaa: true },
  ]) {
    it(`reads the grant of ${JSON.stringify(oauth)}`, () => {
      const parsed = parse({ type: 'http', url, oauth });
      assert.ok(parsed.kind === 'remote');
      assert.deepEqual(parsed.oauth, oauth);
    });
  }

  it('takes from the file no identity provider, token, key or secret: these are the user’s to name', () => {
    const theirs = {
      issuer: 'https://evil.example',
      identityProvider: { issuer: 'https://evil.example' },
      idpIssuer: 'https://evil.example',
      tokenFile: '/home/me/.ssh/id_rsa',
      environmentVariable: 'AWS_SECRET_ACCESS_KEY',
      assertion: 'x',
      privateKey: 'x',
      clientSecret: 'x',
    };
    const parsed = parse({ type: 'http', url, oauth: { xaa: true, clientId: 'id', ...theirs }, ...theirs });
    assert.ok(parsed.kind === 'remote');
    assert.deepEqual(parsed.oauth, { xaa: true, clientId: 'id' });
    assert.deepEqual(Object.keys(parsed).sort(), [
      'headers',
      'kind',
      'name',
      'oauth',
      'range',
      'transport',
      'url',
    ]);
  });

  it('ignores unknown keys, also within oauth', () => {
    const unknown = { disabled: true, description: 3, timeout: 'x', _meta: {}, tools: null };
    const parsed = parse({ type: 'sse', url, ...unknown, oauth: { clientSecret: 7, scopes: 'a' } });
    assert.ok(parsed.kind === 'remote');
    assert.deepEqual(parsed.oauth, { scopes: 'a' });
    assert.deepEqual(
      Object.keys(unknown).filter((key) => key in parsed),
      [],
    );
  });

  it('leaves oauth out for ws, which is header-only', () => {
    const parsed = parse({ type: 'ws', url: 'wss://x', oauth: { clientId: 'id' } });
    assert.ok(parsed.kind === 'remote');
    assert.equal(parsed.oauth, undefined);
  });

  for (const entry of [
    { command: 'npx', args: ['-y', 'x'], env: { A: '${B}' } },
    { type: 'stdio', command: 'npx', args: ['-y', 'x'] },
    { command: 'npx', args: ['-y', 'x'], url },
  ]) {
    it(`reads ${JSON.stringify(entry)} as a process, its environment as written`, () => {
      assert.deepEqual(parse(entry), {
        kind: 'stdio',
        name: 'srv',
        range,
        command: 'npx',
        args: ['-y', 'x'],
        env: entry.env ?? {},
      });
    });
  }

  const invalid: readonly (readonly [unknown, string])[] = [
    [null, 'The entry must be an object.'],
    [[{ type: 'http', url }], 'The entry must be an object.'],
    ['npx', 'The entry must be an object.'],
    [{}, 'Neither "command" nor "url" is set.'],
    [{ url }, '"url" without "type": add "type": "http" (or "sse").'],
    [{ type: 'streamableHttp', url }, '"type" must be "http" (or "streamable-http"), not "streamableHttp".'],
    [{ type: 'HTTP', url }, '"type" "HTTP" is unknown: use "http", "sse", "ws" or "stdio".'],
    [{ type: null, command: 'x' }, '"type" null is unknown: use "http", "sse", "ws" or "stdio".'],
    [{ type: 'sse-ide', url }, '"type" "sse-ide" is unknown: use "http", "sse", "ws" or "stdio".'],
    [{ type: 'stdio', url }, '"command" is missing.'],
    [{ command: '' }, '"command" is empty.'],
    [{ command: 'x', args: 'y' }, '"args" must be a list of strings.'],
    [{ command: 'x', args: ['y', 3] }, '"args.1" must be a string.'],
    [{ command: 'x', env: { A: 1 } }, '"env.A" must be a string.'],
    [{ command: 'x', env: ['A=1'] }, '"env" must be an object of strings.'],
    [{ type: 'http', command: 'x' }, '"url" is missing.'],
    [{ type: 'http', url: '' }, '"url" is empty.'],
    [{ type: 'http', url: { href: url } }, '"url" must be a string.'],
    [{ type: 'http', url: 'x'.repeat(65537) }, '"url" is longer than 65536 characters.'],
    [{ type: 'http', url, headers: { 'X-A': 1 } }, '"headers.X-A" must be a string.'],
    [{ type: 'http', url, headers: { 'a"\n': 1 } }, '"headers.a\\"\\n" must be a string.'],
    [{ type: 'http', url, headers: ['X-A: 1'] }, '"headers" must be an object of strings.'],
    [{ type: 'http', url, headers: null }, '"headers" must be an object of strings.'],
    [{ type: 'http', url, headersHelper: ['x'] }, '"headersHelper" must be a shell command in one string.'],
    [{ type: 'http', url, oauth: false }, '"oauth" must be an object.'],
    [{ type: 'http', url, oauth: [] }, '"oauth" must be an object.'],
    [{ type: 'http', url, oauth: { clientId: '' } }, '"oauth.clientId" is empty.'],
    [
      { type: 'http', url, oauth: { scopes: ['a'] } },
      '"oauth.scopes" must be one string of space-separated scopes.',
    ],
    [{ type: 'http', url, oauth: { dpop: 'yes' } }, '"oauth.dpop" must be true or false.'],
    [{ type: 'http', url, oauth: { dpop: null } }, '"oauth.dpop" must be true or false.'],
    [{ type: 'http', url, oauth: { callbackPort: '80' } }, '"oauth.callbackPort" must be a number.'],
    [{ type: 'http', url, oauth: { callbackPort: 1.5 } }, '"oauth.callbackPort" must be a whole number.'],
    [
      { type: 'http', url, oauth: { callbackPort: 65536 } },
      '"oauth.callbackPort" must be a port between 1 and 65535.',
    ],
    [
      { type: 'http', url, oauth: { authServerMetadataUrl: 'http://as.example' } },
      '"oauth.authServerMetadataUrl" must be an https URL.',
    ],
    [
      { type: 'http', url, oauth: { grantType: 'password', clientId: 'id' } },
      '"oauth.grantType" must be "authorization_code", "client_credentials" or "urn:ietf:params:oauth:grant-type:jwt-bearer".',
    ],
    [
      { type: 'http', url, oauth: { tokenEndpointAuthMethod: 'tls_client_auth' } },
      '"oauth.tokenEndpointAuthMethod" must be "none", "client_secret_basic", "client_secret_post" or "private_key_jwt".',
    ],
    [
      { type: 'http', url, oauth: { grantType: 'client_credentials' } },
      '"oauth" with "grantType" "client_credentials" needs "clientId".',
    ],
    [
      { type: 'http', url, oauth: { ...machine, tokenEndpointAuthMethod: 'none' } },
      '"oauth" with "grantType" "client_credentials" needs a client that authenticates, not "none".',
    ],
    [
      { type: 'http', url, oauth: { ...machine, xaa: true } },
      '"oauth" has both "xaa" and "grantType", of which one has to go.',
    ],
  ];
  for (const [entry, reason] of invalid) {
    it(`refuses ${JSON.stringify(entry).slice(0, 80)} with: ${reason}`, () => {
      assert.deepEqual(parse(entry), { kind: 'invalid', name: 'srv', range, reason });
    });
  }

  it('never quotes a value but the type in its reason', () => {
    const secret = 'sk-secret-value';
    for (const entry of [
      { command: [secret] },
      { type: 'http', url: [secret] },
      { type: 'http', url, headers: secret },
      { type: 'http', url, oauth: { authServerMetadataUrl: secret } },
      { type: 'http', url, oauth: { grantType: secret } },
      { type: 'http', url, oauth: { tokenEndpointAuthMethod: secret } },
    ]) {
      assert.equal(JSON.stringify(parse(entry)).includes(secret), false);
    }
  });
});
