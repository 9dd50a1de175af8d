import assert from 'node:assert/strict';
import { createPerson } from '../../../src/terminal/person.ts';

/** What is sent to a terminal in the course of one command. */
function sent(env: Readonly<Record<string, string>>, isTTY = true): string {
  const written: string[] = [];
  const screen = { isTTY, columns: 80, write: (text: string) => written.push(text) };
  const person = createPerson(env, { stdin: { isTTY }, stdout: screen, stderr: screen });
  person.prompts.progress('Waiting…');
  person.report(true, 'Done.');
  person.warn('Beware.');
  person.dispose();
  return written.join('');
}

const plain = '✔ Done.\nmcp-auth: Beware.\n';

describe('the person at a terminal', () => {
  it('sees what is waited for until something is said, and colours', () => {
    assert.equal(
      sent({ TERM: 'xterm' }),
      'Waiting…\r\x1b[K\x1b[32m✔\x1b[0m Done.\n\x1b[31mmcp-auth:\x1b[0m Beware.\n',
    );
  });

  it('sees no colours where NO_COLOR is set', () => {
    assert.equal(sent({ TERM: 'xterm', NO_COLOR: '1' }), `Waiting…\r\x1b[K${plain}`);
  });

  it('sees text alone where the terminal is dumb', () => {
    assert.equal(sent({ TERM: 'dumb' }), plain);
  });

  it('reads text alone through a pipe', () => {
    assert.equal(sent({ TERM: 'xterm' }, false), plain);
  });
});
