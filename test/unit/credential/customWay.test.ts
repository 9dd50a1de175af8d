import assert from 'node:assert/strict';
import { headerNameProblem, schemeProblem } from '../../../src/core/credential/customWay.ts';

describe('a way of sending that the person names', () => {
  for (const name of ['Authorization', 'X-API-Key', 'DD_API_KEY', 'PRIVATE-TOKEN', ' x-key ', 'Api-Key']) {
    it(`may have the header ${JSON.stringify(name)}`, () => {
      assert.equal(headerNameProblem(name), undefined);
    });
  }

  for (const [name, sentence] of [
    ['', /Enter the name/],
    ['  ', /Enter the name/],
    ['X API Key', /letters, digits and hyphens/],
    ['X-Key:', /letters, digits and hyphens/],
    ['X-Key\r\nHost', /letters, digits and hyphens/],
    ['Schlüssel', /letters, digits and hyphens/],
    ['x'.repeat(65), /at most 64/],
    ['Host', /MCP needs the header Host/],
    ['content-type', /MCP needs/],
    ['Mcp-Session-Id', /MCP needs/],
    ['Accept', /MCP needs/],
    ['Cookie', /MCP needs/],
    ['Transfer-Encoding', /MCP needs/],
  ] as const) {
    it(`may not have the header ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.match(headerNameProblem(name) ?? 'none', sentence);
    });
  }

  for (const scheme of ['', ' ', 'Bearer', 'Token token=', 'Sentry-Bearer', ' ApiKey ']) {
    it(`may have the scheme ${JSON.stringify(scheme)}`, () => {
      assert.equal(schemeProblem(scheme), undefined);
    });
  }

  for (const scheme of ['Bearer\nX', 'Bäh', 'x'.repeat(33)]) {
    it(`may not have the scheme ${JSON.stringify(scheme.slice(0, 20))}`, () => {
      assert.match(schemeProblem(scheme) ?? 'none', /at most 32/);
    });
  }
});
