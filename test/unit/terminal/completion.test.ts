import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ok } from '../../support/terminal/fakeWindow.ts';
import { terminalSuite } from '../../support/terminal/terminalSuite.ts';

const execute = promisify(execFile);

/** What a repository may call its servers. */
const hostile = [
  'linear',
  'my server',
  '$(touch pwned)',
  '`touch pwned`',
  "it's",
  'two\nlines',
  'esc\u001b[2J',
  '',
];

describe('mcp-auth completion', () => {
  const suite = terminalSuite();

  const script = async (shell: string) => (await suite.run(['completion', shell])).stdout;

  it('prints the names of servers, one in a line, without those that cannot be typed', async () => {
    const window = await suite.open({ calls: () => ({ names: async () => ok(hostile) }) });
    const { code, stdout } = await suite.run(['completion', '--servers'], { env: suite.terminalOf(window) });
    assert.equal(code, 0);
    assert.deepEqual(stdout.split('\n'), [
      'linear',
      'my server',
      '$(touch pwned)',
      '`touch pwned`',
      "it's",
      '',
    ]);
  });

  for (const [shell, pattern] of [
    ['zsh', /^compdef _mcp_auth mcp-auth$/m],
    [
      'fish',
      /^complete -c mcp-auth -n __fish_use_subcommand -a status -d 'Show where each server stands\.'$/m,
    ],
    ['powershell', /^Register-ArgumentCompleter -Native -CommandName mcp-auth -ScriptBlock \{$/m],
  ] as const) {
    it(`prints a script for ${shell} that knows commands, options and servers`, async () => {
      const text = await script(shell);
      assert.match(text, pattern);
      assert.match(text, /no-browser/);
      assert.match(text, /mcp-auth completion --servers/);
    });
  }

  it('has PowerShell quote what servers are called, to which more than one character is a quote', async () => {
    assert.match(
      await script('powershell'),
      /"'" \+ \[System\.Management\.Automation\.Language\.CodeGeneration\]::EscapeSingleQuotedStringContent\(\$_\) \+ "'"/,
    );
  });

  if (process.platform !== 'win32') {
    describe('for bash', () => {
      /** What bash offers for the last of the words. */
      async function offered(...words: readonly string[]): Promise<readonly string[]> {
        const list = words.map((word) => `'${word}'`).join(' ');
        const program = [
          `export PATH='${suite.home}':"$PATH"`,
          await script('bash'),
          `COMP_WORDS=(mcp-auth ${list}); COMP_CWORD=${words.length}; _mcp_auth`,
          `for reply in "\${COMPREPLY[@]}"; do echo "$reply"; done`,
        ].join('\n');
        const { PATH = '' } = process.env;
        const { stdout } = await execute('bash', ['-c', program], { cwd: suite.home, env: { PATH } });
        return stdout.split('\n').filter((line) => line !== '');
      }

      beforeEach(async () => {
        const path = join(suite.home, 'mcp-auth');
        const names = hostile.slice(0, 5).join('\n').replaceAll("'", `'\\''`);
        await writeFile(path, `#!/bin/sh\n[ "$1 $2" = 'completion --servers' ] && echo '${names}'\n`);
        await chmod(path, 0o755);
      });

      it('is a script that bash accepts', async () => {
        const path = join(suite.home, 'completion.bash');
        await writeFile(path, await script('bash'));
        await execute('bash', ['-n', path]);
      });

      it('offers commands, options, shells and servers', async () => {
        assert.deepEqual(await offered('lo'), ['login', 'logout']);
        assert.deepEqual(await offered('login', '--n'), ['--no-browser']);
        assert.deepEqual(await offered('completion', 'p'), ['powershell']);
        assert.deepEqual(await offered('login', 'l'), ['linear']);
      });

      it('quotes what servers are called, and runs nothing of it', async () => {
        assert.deepEqual(await offered('status', ''), [
          'linear',
          'my\\ server',
          '\\$\\(touch\\ pwned\\)',
          '\\`touch\\ pwned\\`',
          "it\\'s",
        ]);
        await assert.rejects(access(join(suite.home, 'pwned')), { code: 'ENOENT' });
      });
    });
  }
});
