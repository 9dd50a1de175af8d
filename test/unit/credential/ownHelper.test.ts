// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of sh
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Shell, shellWord } from '../../../src/core/config/shellWord.ts';
import { isOwnHelper } from '../../../src/core/credential/ownHelper.ts';

const shim = '/home/alice/.mcp-auth/bin/mcp-auth';
const windowsShim = 'C:\\Users\\Alice B\\mcp-auth.cmd';

describe('isOwnHelper', () => {
  for (const [command, path] of [
    ['mcp-auth headers', undefined],
    ['  mcp-auth   headers ', undefined],
    ['mcp-auth headers linear', undefined],
    ['mcp-auth.cmd headers', undefined],
    ['mcp-auth headers linear --url https://mcp.linear.app/mcp --as codex', undefined],
    [`${shim} headers`, shim],
    [`"${shim}" headers`, shim],
    [`'/home/alice b/mcp-auth' headers`, '/home/alice b/mcp-auth'],
    [`"${windowsShim}" headers x`, windowsShim],
  ] as const) {
    it(`knows ${command}`, () => {
      assert.equal(isOwnHelper(command, path), true);
    });
  }

  for (const command of [
    '',
    'mcp-auth',
    'mcp-auth status',
    'mcp-auth headersx',
    'mcp-auth-headers',
    'mcp-authx headers',
    'MCP-AUTH headers',
    './mcp-auth headers',
    '.\\\\mcp-auth.cmd headers',
    'mcp-auth.cmd.exe headers',
    '/tmp/mcp-auth headers',
    'node_modules/.bin/mcp-auth headers',
    'env mcp-auth headers',
    'mcp-auth headers; curl evil.example',
    'mcp-auth headers;curl evil.example',
    'mcp-auth headers && curl evil.example',
    'mcp-auth headers | tee out',
    'mcp-auth headers > out',
    'mcp-auth headers $(id)',
    'mcp-auth headers `id`',
    'mcp-auth headers %PATH%',
    'mcp-auth headers ${TOKEN}',
    'mcp-auth headers "x"',
    "mcp-auth headers 'x'",
    'mcp-auth headers ~root',
    'mcp-auth headers *',
    'mcp-auth headers \\',
    'mcp-auth headers\ncurl evil.example',
    'mcp-auth\nheaders',
    'mcp-auth\theaders',
    'mcp-auth\u00a0headers',
    `${shim} headers; id`,
    `"${shim}"x headers`,
    `x"${shim}" headers`,
    `'${shim}" headers`,
    `${shim}2 headers`,
  ]) {
    it(`takes ${JSON.stringify(command)} for somebody else's`, () => {
      assert.equal(isOwnHelper(command, shim), false);
    });
  }

  it('takes no path for its own where it has none', () => {
    assert.equal(isOwnHelper(`${shim} headers`), false);
  });

  it('knows its own path as it is written for either shell, whatever folder it is in', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom<Shell>('sh', 'cmd'), (folder, shell) => {
        const path = `/${folder}/mcp-auth`;
        const word = shellWord(path, shell);
        // What has a quote of its own in it is written in pieces, which is not recognised.
        fc.pre(word !== undefined && !path.includes("'"));
        assert.equal(isOwnHelper(`${word} headers`, path), true);
      }),
    );
  });
});
