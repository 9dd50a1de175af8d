// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the files
import assert from 'node:assert/strict';
import type { Dialect } from '../../../src/core/config/dialect.ts';
import { resolveEndpoint } from '../../../src/core/config/endpoint.ts';
import { resolveHeaders } from '../../../src/core/config/resolveHeaders.ts';
import type { RemoteServerDefinition } from '../../../src/core/config/serverDefinition.ts';

const environment = { TOKEN: 'sk-secret-value', EMPTY: '', NPM_TOKEN: 'npm-secret' };
const url = 'https://mcp.example/mcp';

function remote(headers: Readonly<Record<string, string>>, dialect?: Dialect): RemoteServerDefinition {
  const place = { name: 'srv', range: { offset: 0, length: 0 }, dialect };
  return { kind: 'remote', ...place, transport: 'http', url, headers };
}

describe('resolveHeaders', () => {
  it('expands every header, and sends none of which something is missing', () => {
    const headers = {
      Authorization: 'Bearer ${TOKEN}',
      'X-Plain': 'a',
      'X-Empty': '${EMPTY}${NONE:-}',
      'X-Missing': '${A} ${TOKEN} ${B}',
      'X-Withheld': '${NPM_TOKEN}',
    };
    assert.deepEqual(resolveHeaders(remote(headers), environment), {
      headers: { Authorization: 'Bearer sk-secret-value', 'X-Plain': 'a', 'X-Empty': '', 'X-Withheld': '' },
      unresolved: [{ name: 'X-Missing', missing: ['A', 'B'], inputs: [] }],
    });
  });

  it('names what only VS Code can ask for', () => {
    const headers = {
      Authorization: 'Bearer ${input:pat}',
      'X-Env': '${env:TOKEN}',
      'X-Both': '${env:A}${input:b}',
    };
    assert.deepEqual(resolveHeaders(remote(headers, { kind: 'vscode' }), environment), {
      headers: { 'X-Env': 'sk-secret-value' },
      unresolved: [
        { name: 'Authorization', missing: [], inputs: ['pat'] },
        { name: 'X-Both', missing: ['A'], inputs: ['b'] },
      ],
    });
  });

  it('keeps names as they are written, whatever they are', () => {
    const headers = JSON.parse('{"__proto__": "a", "x-a": "1", "X-A": "2"}');
    const resolved = resolveHeaders(remote(headers), {});
    assert.deepEqual(Object.entries(resolved.headers), [
      ['__proto__', 'a'],
      ['x-a', '1'],
      ['X-A', '2'],
    ]);
  });
});

describe('resolveEndpoint in the files of editors', () => {
  const resolve = (written: string, dialect: Dialect) =>
    resolveEndpoint({ ...remote({}, dialect), url: written }, { HOST: 'mcp.example' });

  it('expands what the editor expands', () => {
    const endpoint = resolve('https://${env:HOST}/mcp', { kind: 'cursor' });
    assert.ok(endpoint.kind === 'url');
    assert.equal(endpoint.canonicalUrl, 'https://mcp.example/mcp');
    assert.deepEqual(resolve('https://${env:NONE}/mcp', { kind: 'vscode' }), {
      kind: 'missingVariable',
      names: ['NONE'],
    });
  });

  it('has no URL where VS Code asks for a part of it', () => {
    assert.deepEqual(resolve('https://${input:host}/sse', { kind: 'vscode' }), {
      kind: 'invalid',
      reason: '"url" needs "host", which only VS Code can ask for.',
    });
  });
});
