import assert from 'node:assert/strict';
import { chosenServer } from '../../../src/core/chosenServer.ts';
import { matchServers } from '../../../src/core/handover/matchServers.ts';
import { sampleServer } from '../../support/sampleServer.ts';

const linear = sampleServer('linear');
const hidden = sampleServer('linear', { id: 'hidden', state: { kind: 'shadowed', by: 'elsewhere' } });
const replaced = sampleServer('notion', { state: { kind: 'shadowed', by: 'elsewhere' } });
const files = sampleServer('files', { endpoint: undefined });
const servers = [hidden, linear, replaced, files];
const url = 'https://linear.example/mcp';

describe('matchServers', () => {
  it('finds all entries under a name at a URL, the one in use first', () => {
    const found = matchServers(servers, { name: 'linear', url });
    assert.deepEqual(
      found.map(({ server }) => server),
      [linear, hidden],
    );
  });

  /** What a person may say of a server, and its name or URL in the words of a query. */
  for (const [what, said, query] of [
    ['a URL in place of a name', { server: url }, { name: url }],
    ['a URL that only some parsers take', { url: `${url}/./` }, { url: `${url}/./` }],
    ['the name of an entry that another takes the place of', { server: 'notion' }, { name: 'notion' }],
    ['the name of a server without a URL', { server: 'files' }, { name: 'files' }],
  ] as const) {
    it(`finds nothing for a program by ${what}, though a person may say that`, () => {
      assert.ok(servers.includes(chosenServer(said, servers)));
      assert.throws(() => matchServers(servers, query), { code: 'unknown_server' });
    });
  }

  it('repeats no URL where it finds nothing: it may hold a secret', () => {
    const query = { name: 'linear', url: 'https://linear.example/mcp?key=secret' };
    assert.throws(() => matchServers(servers, query), {
      message: 'No server named "linear" with this URL is configured in this window.',
    });
  });
});
