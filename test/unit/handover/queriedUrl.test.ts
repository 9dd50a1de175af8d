import assert from 'node:assert/strict';
import { queriedUrl } from '../../../src/core/handover/queriedUrl.ts';

const same: readonly (readonly [string, string])[] = [
  ['https://mcp.example/mcp', 'https://mcp.example/mcp'],
  ['HTTPS://MCP.Example/mcp', 'https://mcp.example/mcp'],
  ['https://mcp.example:443/mcp//', 'https://mcp.example/mcp'],
  ['https://mcp.example:0443/mcp', 'https://mcp.example/mcp'],
  ['https://mcp.example:8443/mcp', 'https://mcp.example:8443/mcp'],
  ['https://mcp.example', 'https://mcp.example'],
  ['https://mcp.example/mcp?tenant=1#fragment', 'https://mcp.example/mcp?tenant=1'],
  ['https://mcp.example/.well-known/mcp', 'https://mcp.example/.well-known/mcp'],
  ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/mcp'],
  ['http://[::1]:3000/mcp', 'http://[::1]:3000/mcp'],
  ['https://müller.example/mcp', 'https://xn--mller-kva.example/mcp'],
  ['wss://mcp.example/mcp', 'wss://mcp.example/mcp'],
];

/** Each leads to mcp.example or to this machine by the rules of browsers, and elsewhere, or nowhere, by those of others. */
const ambiguous = [
  'https://mcp.example\\@evil.example/mcp',
  'https://evil.example@mcp.example/mcp',
  'https://user:secret@mcp.example/mcp',
  'https://@mcp.example/mcp',
  'https:mcp.example/mcp',
  'https:/mcp.example/mcp',
  'https:///mcp.example/mcp',
  'https:\\\\mcp.example\\mcp',
  ' https://mcp.example/mcp',
  'https://mcp.example/mcp\n',
  'https://mcp.exa\tmple/mcp',
  'https://mcp.example/m\u00adcp',
  'https://mcp.ex%61mple/mcp',
  'https://mcp.example/other/../mcp',
  'https://mcp.example/./mcp',
  'https://mcp.example/other/%2e%2E/mcp',
  'https://mcp.example/other/.%2e/mcp',
  'https://mcp.example/mcp/..',
  'http://2130706433:3000/mcp',
  'http://0x7f.1:3000/mcp',
  'http://[0:0:0:0:0:0:0:1]:3000/mcp',
  'https://[mcp.example]/mcp',
  'ftp://mcp.example/mcp',
  'mcp.example/mcp',
  '',
];

describe('queriedUrl', () => {
  for (const [text, canonical] of same) {
    it(`takes ${JSON.stringify(text)} for ${canonical}`, () => {
      assert.equal(queriedUrl(text), canonical);
    });
  }
  for (const text of ambiguous) {
    it(`takes ${JSON.stringify(text)} for no server's URL`, () => {
      assert.equal(queriedUrl(text), undefined);
    });
  }
});
