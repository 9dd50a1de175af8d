// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import { expandHeaders } from '../../../src/core/config/expandHeaders.ts';

describe('expandHeaders', () => {
  it('expands what is set, and leaves out the rest and every Authorization', () => {
    const headers = {
      'X-Team': '${TEAM}',
      'X-Plain': 'as it is',
      'X-Fallback': '${UNSET:-other}',
      'X-Missing': 'a ${UNSET}',
      authorization: 'Bearer ${TEAM}',
    };
    assert.deepEqual(expandHeaders(headers, { TEAM: 'seven' }), {
      'X-Team': 'seven',
      'X-Plain': 'as it is',
      'X-Fallback': 'other',
    });
  });
});
