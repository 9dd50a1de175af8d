import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cleanAccountName,
  nextOrdinalName,
  ordinalName,
  shownAccountName,
} from '../../../src/core/session/accountName.ts';
import { anyText } from '../../support/anyText.ts';

describe('the name of an account', () => {
  const table: readonly (readonly [string, unknown, string | undefined])[] = [
    ['is kept as it is where it is plain', 'alice@example.com', 'alice@example.com'],
    ['may be of any language', 'Åsa Öst 山田', 'Åsa Öst 山田'],
    ['is on one line', 'alice\r\n  smith\t', 'alice smith'],
    ['has nothing that turns the direction of writing', 'alice\u202e@moc.elpmaxe', 'alice@moc.elpmaxe'],
    ['has nothing that cannot be seen', 'a\u200bl\u0000ice\u{e0041}', 'alice'],
    ['has no half of a character', 'alice\ud83d', 'alice'],
    ['is cut where it is long', 'a'.repeat(65), `${'a'.repeat(63)}…`],
    ['is cut between characters', '😀'.repeat(65), `${'😀'.repeat(63)}…`],
    ['is none where nothing is left', ' \u200b\n', undefined],
    ['is none where it is empty', '', undefined],
    ['is none where it is no text', 7, undefined],
    ['is none where it is a list', ['alice'], undefined],
    ['is none where there is none', undefined, undefined],
  ];
  for (const [what, name, expected] of table) {
    it(what, () => assert.equal(cleanAccountName(name), expected));
  }

  it('is printable, short and cleaned once and for all, whatever a server writes', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const name = cleanAccountName(text);
        assert.ok(name === undefined || (name !== '' && [...name].length <= 64));
        assert.ok(name === undefined || (name.isWellFormed() && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name)));
        assert.equal(cleanAccountName(name), name);
      }),
    );
  });

  it('costs little where it is long', () => {
    assert.equal(cleanAccountName('ab '.repeat(300_000)), `${'ab '.repeat(21).trimEnd()}…`);
  });

  for (const [name, shown] of [
    ['alice@example.com', 'alice@example.com'],
    ["Zoë O'Neill-Smith", "Zoë O'Neill-Smith"],
    ['alice · expires never', '"alice · expires never"'],
    ['[Allow](command:x)', '"[Allow](command:x)"'],
    ['alice"', '"alice\\""'],
    ['$(check) alice', '"$ (check) alice"'],
    ['a\u202eb', '"a\\u{202e}b"'],
  ] as const) {
    it(`is shown as ${shown}`, () => assert.equal(shownAccountName(name), shown));
  }

  it('is a number where nobody has told it, and the next one that is free for a further account', () => {
    assert.equal(ordinalName(0), 'Account 1');
    assert.equal(nextOrdinalName(['alice']), 'Account 2');
    assert.equal(nextOrdinalName(['Account 2']), 'Account 3');
    assert.equal(nextOrdinalName(['Account 3', 'Account 4']), 'Account 5');
  });
});
