import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { anyText } from '../../support/anyText.ts';

const word = anyText({ minLength: 1 });
const strings = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });

const stdio = fc.record(
  { type: fc.constant('stdio'), command: word, args: fc.array(fc.string()), env: strings },
  { requiredKeys: ['command'] },
);
const oauth = fc.record(
  {
    clientId: word,
    callbackPort: fc.integer({ min: 1, max: 65535 }),
    authServerMetadataUrl: fc.webUrl({ validSchemes: ['https'] }),
    scopes: word,
    xaa: fc.boolean(),
    dpop: fc.boolean(),
  },
  { requiredKeys: [] },
);
const transport = fc.constantFrom('http', 'streamable-http', 'sse', 'ws');
const remote = fc.record(
  { type: transport, url: word, headers: strings, headersHelper: word, oauth },
  { requiredKeys: ['type', 'url'] },
);
const unknownKeys = fc.constantFrom({}, { disabled: true }, { $comment: 'x', timeout_ms: null }, { cwd: 7 });
const entry = fc
  .tuple(fc.oneof(stdio, remote), unknownKeys)
  .map(([known, unknown]): object => ({ ...known, ...unknown }));

const name = fc.oneof(anyText(), fc.constantFrom('__proto__', '0', 'valueOf', 'a b'));
const entries = fc.uniqueArray(fc.tuple(name, entry), { selector: ([one]) => one });
const space = fc.constantFrom('', ' ', '\n', '\r\n\t');

describe('parseConfiguration, whatever the text', () => {
  it('never throws, and points into the text', () => {
    const fragments = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '"mcpServers":{',
      '//',
      '/*',
      '\\u',
      '\uFEFF',
    );
    const text = fc.oneof(
      anyText(),
      fc.json(),
      fc.array(fc.oneof(fragments, fc.string(), fc.json())).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (one) => {
        const { servers, problem } = parseConfiguration(one);
        for (const { offset, length } of [...servers, ...(problem ? [problem] : [])].map(
          ({ range }) => range,
        )) {
          assert.ok(offset >= 0 && length >= 0 && offset + length <= one.length);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('yields every one of any valid entries, in order, each with a range that is its text', () => {
    fc.assert(
      fc.property(entries, space, (pairs, gap) => {
        const written = pairs.map(([key, value]) => `${JSON.stringify(key)}:${gap}${JSON.stringify(value)}`);
        const text = `${gap}{"mcpServers":${gap}{${written.join(`,${gap}`)}}${gap}}`;
        const { servers, problem } = parseConfiguration(text);
        assert.equal(problem, undefined);
        assert.deepEqual(
          servers.map(({ range: { offset, length } }) => text.slice(offset, offset + length)),
          written,
        );
        assert.deepEqual(
          servers.map((server) => [server.name, server.kind === 'invalid']),
          pairs.map(([key]) => [key, false]),
        );
      }),
    );
  });

  it('finds fault with the syntax exactly where JSON does', () => {
    const broken = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', '"', 'x', '0', '\\', '\u00a0'),
    );
    fc.assert(
      fc.property(broken, ([json, at, inserted]) => {
        const place = at % (json.length + 1);
        const text = json.slice(0, place) + inserted + json.slice(place);
        const { problem } = parseConfiguration(`{"mcpServers": {}, "other": ${text}}`);
        assert.equal(problem === undefined, isJson(`{"mcpServers": {}, "other": ${text}}`));
      }),
      { numRuns: 1000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
