import assert from 'node:assert/strict';
import { posixShim, windowsShim } from '../../../../src/node/ipc/commandShims.ts';

describe('the shim for POSIX shells', () => {
  it('quotes paths', () => {
    assert.match(
      posixShim("/it's/node", '/a "b" $c/`d`.js'),
      /exec '\/it'\\''s\/node' '\/a "b" \$c\/`d`\.js' "\$@"\n$/,
    );
  });
});

describe('the shim for Windows', () => {
  /** Its lines for a script in a folder of the shim's own. */
  function lines(folder: string, execPath: string): readonly string[] {
    return windowsShim({ folder, execPath, script: `${folder}\\scripts-1\\terminal.js` }).split('\r\n');
  }

  const installed = 'C:\\Program Files\\VS Code\\Code.exe';

  it('quotes paths, and leaves no variable to the shell that calls it', () => {
    const all = lines('C:\\Users\\a & b', 'C:\\50% off\\Code.exe');
    assert.ok(all.includes('"C:\\50%% off\\Code.exe" "C:\\Users\\a & b\\scripts-1\\terminal.js" %*'));
    assert.ok(all.indexOf('setlocal DisableDelayedExpansion') < all.indexOf('set "ELECTRON_RUN_AS_NODE=1"'));
    assert.equal(all.join('').includes('MCPAUTH_FOLDER'), false);
  });

  it('finds from where it lies what has other characters than ASCII in its path, and is ASCII itself', () => {
    const profile = 'C:\\Users\\Jürgen\\AppData';
    const all = lines(`${profile}\\Roaming\\Code 100%`, `${profile}\\Local\\VS Code\\Code.exe`);
    assert.match(all.join(''), /^[\x20-\x7e]*$/);
    const call =
      '"%MCPAUTH_FOLDER%..\\..\\Local\\VS Code\\Code.exe" "%MCPAUTH_FOLDER%scripts-1\\terminal.js" %*';
    assert.deepEqual(all, [
      '@echo off',
      'goto :start',
      ':folder',
      'set "MCPAUTH_FOLDER=%~dp0"',
      'exit /b',
      ':start',
      'setlocal EnableDelayedExpansion',
      'set "MCPAUTH_NODE_OPTIONS=!NODE_OPTIONS!"',
      'set "MCPAUTH_NODE_DEBUG=!NODE_DEBUG!"',
      'set "NODE_OPTIONS="',
      'set "NODE_DEBUG="',
      'setlocal DisableDelayedExpansion',
      'call :folder',
      'set "ELECTRON_RUN_AS_NODE=1"',
      call,
      '',
    ]);
  });

  it('keeps the absolute path of what has none of them', () => {
    const all = lines('C:\\Users\\Jürgen', installed);
    assert.ok(all.includes(`"${installed}" "%MCPAUTH_FOLDER%scripts-1\\terminal.js" %*`));
  });

  it('is read as UTF-8 where there is no other way', () => {
    const all = lines('C:\\Users\\a', 'D:\\Программы\\Code.exe');
    const call = '"D:\\Программы\\Code.exe" "C:\\Users\\a\\scripts-1\\terminal.js" %*';
    const switched = all.indexOf('"%SystemRoot%\\System32\\chcp.com" 65001 >nul');
    assert.ok(switched > 0 && switched < all.indexOf(call));
  });
});
