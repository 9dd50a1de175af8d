import assert from 'node:assert/strict';
import {
  clientIdUrlAdvice,
  clientIdUrlProblem,
  createClientMetadataDocument,
  isPublishable,
} from '../../../src/core/oauth/clientMetadataDocument.ts';

describe('createClientMetadataDocument', () => {
  it('describes a public native client, by the address it is published at', () => {
    const url = 'https://me.example/mcp-auth.json';
    assert.deepEqual(createClientMetadataDocument(url, 'vscode://mcp-auth.mcp-auth/callback'), {
      client_id: url,
      client_name: 'MCP Auth for VS Code',
      redirect_uris: [
        'vscode://mcp-auth.mcp-auth/callback',
        'http://localhost/callback',
        'http://127.0.0.1/callback',
      ],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    });
  });

  it('names loopback addresses only for an editor in a browser', () => {
    assert.deepEqual(createClientMetadataDocument('https://me.example/c', undefined).redirect_uris, [
      'http://localhost/callback',
      'http://127.0.0.1/callback',
    ]);
  });
});

describe('isPublishable', () => {
  for (const [uri, expected] of [
    ['vscode://mcp-auth.mcp-auth/callback', true],
    ['http://localhost:4711/callback', true],
    ['http://127.0.0.1:4711/callback', true],
    ['vscode://mcp-auth.mcp-auth/callback?windowId=3', false],
    ['https://code.example/callback?vscode-reqid=1', false],
    ['https://code.example/proxy/4711/callback', false],
  ] as const) {
    it(`is ${expected} for ${uri}`, () => {
      assert.equal(isPublishable(uri), expected);
    });
  }
});

describe('clientIdUrlProblem', () => {
  for (const url of [
    'https://me.example/mcp-auth.json',
    'https://me.example:8443/a/b',
    'https://me.example/.well-known/client',
    'https://me.example/a/',
    'https://me.example/...',
    'https://me.example/c?a',
  ]) {
    it(`has nothing against ${url}`, () => {
      assert.equal(clientIdUrlProblem(url), undefined);
    });
  }

  for (const [url, problem] of [
    ['', /https address/],
    ['http://me.example/c', /https address/],
    ['HTTPS://me.example/c', /https address/],
    [' https://me.example/c', /https address/],
    ['https://me.example/a b', /https address/],
    ['https://me.example\\c', /https address/],
    ['https://', /https address/],
    ['https:///c', /https address/],
    ['https://me.example', /needs a path/],
    ['https://me.example/', /needs a path/],
    ['https://me.example?c', /needs a path/],
    ['https://me.example/a/../c', /"\."/],
    ['https://me.example/./c', /"\."/],
    ['https://me.example/a/%2e%2E/c', /"\."/],
    ['https://me.example/a/.%2e', /"\."/],
    ['https://me.example/c#', /fragment/],
    ['https://me.example/c#a', /fragment/],
    ['https://me@me.example/c', /user name/],
    ['https://:pass@me.example/c', /user name/],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(url)}`, () => {
      assert.match(clientIdUrlProblem(url) ?? '', problem);
    });
  }
});

describe('clientIdUrlAdvice', () => {
  it('is against a query, which servers should but need not take', () => {
    assert.match(clientIdUrlAdvice('https://me.example/c?a') ?? '', /without a query/);
    assert.equal(clientIdUrlAdvice('https://me.example/c'), undefined);
  });
});
