import assert from 'node:assert/strict';
import { chosenServer, type NamedServer } from '../../src/core/chosenServer.ts';
import { sampleServer } from '../support/sampleServer.ts';

const linear = sampleServer('linear');
const hidden = sampleServer('notion', { id: 'hidden', state: { kind: 'shadowed', by: 'elsewhere' } });
const notion = sampleServer('notion', { id: 'notion' });
const other = sampleServer('linear', {
  id: 'other',
  endpoint: {
    kind: 'url',
    url: new URL('https://other.example/mcp'),
    canonicalUrl: 'https://other.example/mcp',
  },
});
const stdio = sampleServer('files', { endpoint: undefined });
const servers = [linear, hidden, notion, other, stdio];

describe('chosenServer', () => {
  for (const [what, choice, expected] of [
    ['a name', { server: 'linear' }, linear],
    ['a name that another entry takes the place of', { server: 'notion' }, notion],
    ['a name without a URL', { server: 'files' }, stdio],
    ['a URL', { url: 'https://other.example/mcp' }, other],
    ['a URL in place of a name', { server: 'https://other.example/mcp' }, other],
    ['a URL that is written otherwise', { url: 'HTTPS://OTHER.example:443/mcp/#x' }, other],
    ['a name and a URL', { server: 'linear', url: 'https://other.example/mcp' }, other],
  ] as const) {
    it(`finds a server by ${what}`, () => {
      assert.equal(chosenServer(choice, servers), expected);
    });
  }

  for (const [what, choice] of [
    ['another name', { server: 'Linear' }],
    ['another URL', { url: 'https://other.example/mcp2' }],
    ['the name of one and the URL of another', { server: 'notion', url: 'https://other.example/mcp' }],
    ['another name with a URL that is there', { server: 'nobody', url: 'https://other.example/mcp' }],
    ['what is no URL', { url: 'other.example' }],
    ['nothing', {}],
  ] as const satisfies readonly (readonly [string, NamedServer])[]) {
    it(`finds none by ${what}`, () => {
      assert.throws(() => chosenServer(choice, servers), { code: 'unknown_server' });
    });
  }
});
