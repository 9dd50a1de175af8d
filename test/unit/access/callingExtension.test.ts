import assert from 'node:assert/strict';
import { callingExtension, type KnownExtension } from '../../../src/core/access/callingExtension.ts';

const extension = (id: string, ...folders: readonly string[]): KnownExtension => ({ id, label: id, folders });

const posix = [
  extension('mcp-auth.mcp-auth', '/home/me/.vscode/extensions/mcp-auth.mcp-auth-1.0.0'),
  extension('a.one', '/home/me/.vscode/extensions/a.one-1.0.0'),
  extension('a.one-more', '/home/me/.vscode/extensions/a.one-1.0.0-more'),
  extension('a.inner', '/home/me/.vscode/extensions/a.one-1.0.0/inner'),
  extension('a.linked', '/home/me/.vscode/extensions/a.linked', '/work/linked'),
  extension('a.räume', '/home/me/a räume#1'),
];
const windows = [
  extension('mcp-auth.mcp-auth', 'c:\\Users\\Me\\.vscode\\extensions\\mcp-auth.mcp-auth-1.0.0'),
  extension('a.one', 'c:\\Users\\Me\\.vscode\\extensions\\a.one-1.0.0'),
  extension('a.shared', '\\\\server\\share\\a.shared'),
];

const ours = '/home/me/.vscode/extensions/mcp-auth.mcp-auth-1.0.0/dist/extension.js';
const host = '/usr/share/code/resources/app/out/vs/workbench/api/node/extensionHostProcess.js';

describe('callingExtension', () => {
  const onPosix: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['no file', [], undefined],
    ['its own files only', [ours, host, 'node:internal/process/task_queues'], undefined],
    [
      'the one whose file is next',
      [ours, '/home/me/.vscode/extensions/a.one-1.0.0/out/main.js', host],
      'a.one',
    ],
    [
      'the innermost of two',
      [
        ours,
        '/home/me/.vscode/extensions/a.one-1.0.0-more/main.js',
        '/home/me/.vscode/extensions/a.one-1.0.0/m.js',
      ],
      'a.one-more',
    ],
    ['the one within another', [ours, '/home/me/.vscode/extensions/a.one-1.0.0/inner/main.js'], 'a.inner'],
    ['one behind a link', [ours, '/work/linked/main.js'], 'a.linked'],
    [
      'an ES module',
      [ours, 'file:///home/me/.vscode/extensions/a.one-1.0.0/out/main.mjs?version=1'],
      'a.one',
    ],
    ['an ES module with an odd path', [ours, 'file:///home/me/a%20r%C3%A4ume%231/main.mjs'], 'a.räume'],
    ['a file that only begins like it', [ours, '/home/me/.vscode/extensions/a.one-1.0.0.js'], undefined],
    ['another case', [ours, '/home/me/.vscode/extensions/A.one-1.0.0/main.js'], undefined],
    ['a folder alone', [ours, '/home/me/.vscode/extensions/a.one-1.0.0'], undefined],
    ['a broken URL', [ours, 'file:///%E0%A4%A', 'file://[', ''], undefined],
    ['a script without a file', [ours, 'evalmachine.<anonymous>', ''], undefined],
  ];
  for (const [what, files, expected] of onPosix) {
    it(`finds ${expected ?? 'nobody'} for ${what}`, () => {
      const context = { ownId: 'MCP-Auth.mcp-auth', isCaseSensitive: true };
      assert.equal(callingExtension(files, posix, context)?.id, expected);
    });
  }

  const onWindows: readonly (readonly [string, string | undefined])[] = [
    ['C:\\Users\\me\\.vscode\\extensions\\a.one-1.0.0\\out\\main.js', 'a.one'],
    ['file:///C:/Users/Me/.vscode/extensions/a.one-1.0.0/out/main.js', 'a.one'],
    ['file:///c%3A/Users/Me/.vscode/extensions/a.one-1.0.0/out/main.js', 'a.one'],
    ['\\\\server\\share\\a.shared\\main.js', 'a.shared'],
    ['file://server/share/a.shared/main.js', 'a.shared'],
    ['c:\\Users\\Me\\.vscode\\extensions\\mcp-auth.mcp-auth-1.0.0\\dist\\extension.js', undefined],
    ['d:\\Users\\Me\\.vscode\\extensions\\a.one-1.0.0\\out\\main.js', undefined],
  ];
  for (const [file, expected] of onWindows) {
    it(`finds ${expected ?? 'nobody'} for ${file}`, () => {
      const context = { ownId: 'mcp-auth.mcp-auth', isCaseSensitive: false };
      assert.equal(callingExtension([file], windows, context)?.id, expected);
    });
  }
});
