import assert from 'node:assert/strict';
import { commandIds } from '../../../src/vscode/commandIds.ts';
import { commandLink, withoutLinks } from '../../../src/vscode/commandLink.ts';

/** What VS Code takes for a link in a notification (vs/base/common/linkedText.ts). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

/** As VS Code does it: once when it parses the URI, and once when it runs the command. */
function argumentsOf(href: string): unknown {
  const query = href.slice(href.indexOf('?') + 1);
  return JSON.parse(decodeURIComponent(decodeURIComponent(query)));
}

describe('a link in a notification', () => {
  for (const id of ['plain', '(a) [b](c) "d" \'e\' f', '100 %25 %', 'ä\u2028😀']) {
    it(`runs its command on the row ${JSON.stringify(id)}`, () => {
      const node = { kind: 'server', id } as const;
      const [found, ...more] = commandLink('Label', commandIds.authenticate, node).matchAll(link);
      assert.deepEqual(more, []);
      assert.equal(found?.[1], 'Label');
      assert.ok(found[2]?.startsWith('command:mcpAuth.authenticate?'));
      assert.deepEqual(argumentsOf(found[2] ?? ''), [node]);
    });
  }

  it('is never made of what repositories and servers write', () => {
    for (const hostile of [
      '"[sentry](command:workbench.action.quit)"',
      '[[a]](https://evil.example)',
      'a](command:b?c)',
    ]) {
      const text = `[${withoutLinks(hostile)}`;
      assert.doesNotMatch(text, link, text);
    }
  });
});
