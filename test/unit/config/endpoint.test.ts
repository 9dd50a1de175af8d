// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import { resolveEndpoint } from '../../../src/core/config/endpoint.ts';
import type { Environment } from '../../../src/core/config/expansion.ts';
import type { RemoteServerDefinition } from '../../../src/core/config/serverDefinition.ts';

const environment: Environment = {
  HOST: 'mcp.example',
  EMPTY: '',
  SECRET: 'sk-secret-value',
  BAD: 'not a url sk-secret-value',
};

function resolve(url: string, transport: RemoteServerDefinition['transport'] = 'http') {
  const range = { offset: 0, length: 0 };
  return resolveEndpoint({ kind: 'remote', name: 'srv', range, transport, url, headers: {} }, environment);
}

describe('resolveEndpoint', () => {
  for (const [url, canonicalUrl, transport] of [
    ['https://mcp.example/mcp', 'https://mcp.example/mcp', 'http'],
    ['https://${HOST}/mcp/', 'https://mcp.example/mcp', 'http'],
    ['HTTPS://MCP.example:443', 'https://mcp.example', 'http'],
    ['http://mcp.example/sse?tenant=${HOST}', 'http://mcp.example/sse?tenant=mcp.example', 'sse'],
    ['https://mcp.example/a%2Cb?x=1%2C2', 'https://mcp.example/a%2Cb?x=1%2C2', 'http'],
    ['wss://mcp.example/', 'wss://mcp.example', 'ws'],
    ['ws://localhost:8080/x', 'ws://localhost:8080/x', 'ws'],
    ['https://${NONE:-fallback.example}/mcp', 'https://fallback.example/mcp', 'http'],
  ] as const) {
    it(`leads ${url} to ${canonicalUrl}`, () => {
      const endpoint = resolve(url, transport);
      assert.ok(endpoint.kind === 'url');
      assert.equal(endpoint.canonicalUrl, canonicalUrl);
    });
  }

  it('keeps the URL itself as written, trailing slash included', () => {
    const endpoint = resolve('https://${HOST}/mcp/?a=1#x');
    assert.ok(endpoint.kind === 'url');
    assert.equal(endpoint.url.href, 'https://mcp.example/mcp/?a=1#x');
  });

  it('names every variable that is not set', () => {
    assert.deepEqual(resolve('https://${A}/${B}/${A}/${HOST}'), {
      kind: 'missingVariable',
      names: ['A', 'B'],
    });
  });

  const noUrl = '"url" is not a URL: it must start with https://.';
  const noHttp = '"url" must start with https:// or http://.';
  for (const [url, reason, transport] of [
    ['mcp.example/mcp', noUrl, 'http'],
    ['${EMPTY}', noUrl, 'http'],
    ['https://', noUrl, 'http'],
    ['https://host:99999/', noUrl, 'http'],
    ['~~https://mcp.example~~', noUrl, 'http'],
    ['-Kplugins/exploit.conf', noUrl, 'http'],
    ['<paste your URL>', noUrl, 'http'],
    ['${input:url}', noUrl, 'http'],
    ['${BAD}', noUrl, 'http'],
    ['file:///etc/passwd', noHttp, 'http'],
    ['javascript:alert(1)', noHttp, 'http'],
    ['vscode://mcp-auth.mcp-auth', noHttp, 'sse'],
    ['wss://mcp.example', noHttp, 'http'],
    ['localhost:3000', noHttp, 'http'],
    ['https://mcp.example', '"url" must start with wss:// or ws://.', 'ws'],
    ['https://u:p@mcp.example', '"url" contains a user name or password: use "headers" instead.', 'http'],
    [
      'https://${SECRET}@mcp.example',
      '"url" contains a user name or password: use "headers" instead.',
      'http',
    ],
  ] as const) {
    it(`refuses ${url} for ${transport}, without quoting what it expands to`, () => {
      assert.deepEqual(resolve(url, transport), { kind: 'invalid', reason });
      assert.equal(reason.includes('sk-secret-value'), false);
    });
  }
});
