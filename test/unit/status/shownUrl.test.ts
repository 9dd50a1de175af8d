// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import { shownUrl } from '../../../src/core/status/shownUrl.ts';

describe('shownUrl', () => {
  for (const [written, shown] of [
    ['https://mcp.example/mcp', 'https://mcp.example/mcp'],
    ['https://mcp.example', 'https://mcp.example'],
    ['https://mcp.example/mcp?api_key=s3cret#s3cret', 'https://mcp.example/mcp'],
    ['https://user:s3cret@mcp.example/mcp', 'https://mcp.example/mcp'],
    ['https://user:s3?cr#et@mcp.example/mcp', 'https://mcp.example/mcp'],
    ['https://user:s3cr/et@mcp.example/mcp', undefined],
    ['http://[::1]:8080/mcp', 'http://[::1]:8080/mcp'],
    ['http://localhost:${PORT:-3000}/@scope/mcp', 'http://localhost:${PORT}/@scope/mcp'],
    ['https://${TENANT}.example/${PATH_PART}/mcp', 'https://${TENANT}.example/${PATH_PART}/mcp'],
    ['${BASE_URL}/mcp?key=s3cret', '${BASE_URL}/mcp'],
    ['https://mcp.example/${KEY:-s3cret}', 'https://mcp.example/${KEY}'],
    ['https://hooks.example/T0/abcdefghij0123456789ABCDEF/mcp', 'https://hooks.example/T0/…/mcp'],
    ['s3cret', undefined],
    ['', undefined],
  ] as const) {
    it(`shows ${JSON.stringify(shown)} of ${JSON.stringify(written)}`, () => {
      assert.equal(shownUrl(written), shown);
    });
  }
});
