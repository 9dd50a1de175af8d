// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Environment, expandVariables } from '../../../src/core/config/expansion.ts';
import { anyText } from '../../support/anyText.ts';

const environment: Environment = {
  HOST: 'mcp.example',
  EMPTY: '',
  UNSET: undefined,
  NESTED: '${HOST}',
  _a1: 'x',
};

describe('expandVariables', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['https://${HOST}/mcp', 'https://mcp.example/mcp', []],
    ['${HOST}${_a1}${HOST}', 'mcp.examplexmcp.example', []],
    ['${HOST:-other}', 'mcp.example', []],
    ['${UNSET:-other}', 'other', []],
    ['${MISSING:-}', '', []],
    ['${MISSING:-a:-b $x {y}', 'a:-b $x {y', []],
    ['${MISSING:-$&$1}', '$&$1', []],
    ['${EMPTY}', '', []],
    ['${EMPTY:-other}', '', []],
    ['${MISSING}', '${MISSING}', ['MISSING']],
    ['${UNSET}', '${UNSET}', ['UNSET']],
    ['${B}${A}${B}${HOST}', '${B}${A}${B}mcp.example', ['B', 'A']],
    ['${NESTED}', '${HOST}', []],
    ['${MISSING:-${HOST}}', '${HOST}', []],
    ['${toString}${__proto__}', '${toString}${__proto__}', ['toString', '__proto__']],
    [
      '$HOST $(HOST) ${} ${1A} ${A-B} ${ HOST } ${HOST',
      '$HOST $(HOST) ${} ${1A} ${A-B} ${ HOST } ${HOST',
      [],
    ],
    ['${input:token} ${env:HOST}', '${input:token} ${env:HOST}', []],
    ['', '', []],
  ];
  for (const [text, expected, missing] of rows) {
    it(`makes ${JSON.stringify(text)} ${JSON.stringify(expected)}, missing ${missing.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(expandVariables(text, environment), { text: expected, missing, inputs: [] });
    });
  }

  it('leaves any text without references as it is', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        fc.pre(!text.includes('${'));
        assert.deepEqual(expandVariables(text, environment), { text, missing: [], inputs: [] });
      }),
    );
  });

  it('inserts any value literally', () => {
    fc.assert(
      fc.property(anyText(), (value) => {
        assert.equal(expandVariables('<${V}>', { V: value }).text, `<${value}>`);
      }),
    );
  });
});
