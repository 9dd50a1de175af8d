import assert from 'node:assert/strict';
import { expandVariables } from '../../../src/core/config/expansion.ts';
import { effectiveSetting, terminalEnvironment } from '../../../src/core/config/terminalEnvironment.ts';

const base = { HOME: '/home/me', TOKEN: 'one' };

describe('terminalEnvironment', () => {
  it('is that of the extension host where nothing is configured', () => {
    for (const configured of [undefined, null, {}, [], 'text']) {
      assert.deepEqual(terminalEnvironment(base, configured, 'linux'), { variables: base, unresolved: [] });
    }
  });

  it('adds, replaces and removes variables', () => {
    const { variables } = terminalEnvironment(base, { TOKEN: null, HOME: '', NEW: 'two' }, 'linux');
    assert.deepEqual({ ...variables }, { HOME: '', TOKEN: undefined, NEW: 'two' });
    assert.deepEqual(expandVariables(`\${HOME}|\${TOKEN}|\${NEW}`, variables).missing, ['TOKEN']);
  });

  it('removes what is neither text nor null, as VS Code does', () => {
    assert.equal(terminalEnvironment(base, { TOKEN: 5 }, 'linux').variables.TOKEN, undefined);
  });

  it('puts the extension host’s variables in, never those that are configured', () => {
    const configured = { TOKEN: 'two', COPY: `\${env:TOKEN}:\${env:NONE}`, PATH: `/bin:\${env:HOME}/bin` };
    const { variables, unresolved } = terminalEnvironment(base, configured, 'linux');
    assert.deepEqual([variables.COPY, variables.PATH], ['one:', '/bin:/home/me/bin']);
    assert.deepEqual(unresolved, []);
  });

  for (const reference of [
    `\${workspaceFolder}`,
    `\${workspaceFolder:api}`,
    `\${userHome}`,
    `\${config:editor.fontSize}`,
    `\${command:some.command}`,
    `\${pathSeparator}`,
    `\${/}`,
    `\${fileDirname}`,
  ]) {
    it(`counts what names ${reference} as not set, and says so`, () => {
      const { variables, unresolved } = terminalEnvironment(base, { TOKEN: `a${reference}b` }, 'linux');
      assert.deepEqual([variables.TOKEN, unresolved], [undefined, ['TOKEN']]);
    });
  }

  for (const text of [`\${HOME}`, '$HOME', `\${}`, `\${env}`, `\${unknown:x}`, '$(id)']) {
    it(`leaves ${text} as it is: VS Code puts nothing in either`, () => {
      assert.equal(terminalEnvironment(base, { TOKEN: text }, 'linux').variables.TOKEN, text);
    });
  }

  it('finds names on Windows whatever their case', () => {
    const windows = { Path: 'C:\\bin', UserName: 'me' };
    const configured = { PATH: `\${env:path};D:\\bin`, USERNAME: null };
    const { variables } = terminalEnvironment(windows, configured, 'windows');
    assert.deepEqual(expandVariables(`\${Path} \${path} \${Username}`, variables), {
      text: `C:\\bin;D:\\bin C:\\bin;D:\\bin \${Username}`,
      missing: ['Username'],
      inputs: [],
    });
    assert.deepEqual({ ...variables }, { PATH: 'C:\\bin;D:\\bin', USERNAME: undefined });
    assert.deepEqual(['pAth' in variables, 'other' in variables], [true, false]);
  });

  it('tells names apart by their case elsewhere', () => {
    const { variables } = terminalEnvironment(base, { home: 'x' }, 'osx');
    assert.deepEqual([variables.HOME, variables.home, variables.Home], ['/home/me', 'x', undefined]);
  });
});

describe('effectiveSetting', () => {
  const inspected = { globalValue: { A: 'user', B: 'user' }, workspaceValue: { B: 'workspace', C: null } };

  it('lets a trusted workspace change the user’s variables, name by name', () => {
    assert.deepEqual(effectiveSetting(inspected, 'trusted'), { A: 'user', B: 'workspace', C: null });
  });

  it('does not hear a workspace that is not trusted', () => {
    assert.deepEqual(effectiveSetting(inspected, 'untrusted'), { A: 'user', B: 'user' });
  });

  it('is empty where nothing sensible is set', () => {
    assert.deepEqual(effectiveSetting(undefined, 'trusted'), {});
    assert.deepEqual(effectiveSetting({ globalValue: 'x', workspaceValue: ['y'] }, 'trusted'), {});
  });
});
