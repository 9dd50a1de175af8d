import assert from 'node:assert/strict';
import { variableOptions } from '../../../src/vscode/variableOptions.ts';

describe('variableOptions', () => {
  for (const [platform, again] of [
    ['linux', true],
    ['darwin', true],
    ['win32', false],
  ] as const) {
    it(`sets variables at the start, and ${again ? 'once more' : 'not again'} after the shell's own files (${platform})`, () => {
      assert.deepEqual(variableOptions(platform), {
        applyAtProcessCreation: true,
        applyAtShellIntegration: again,
      });
    });
  }
});
