import assert from 'node:assert/strict';
import { makeAgain } from '../../../src/core/oauth/numberedRedirect.ts';

const numbered = (number: number | string) =>
  `https://code.example/callback?vscode-reqid=${number}&vscode-path=%2Fcallback`;

/** A page that has made some redirect URIs since it was loaded. */
function page(made = 0, write: (number: number) => string = numbered) {
  let count = made;
  return { make: async () => write(++count), made: () => count };
}

describe('making the redirect URI of before a reload again', () => {
  for (const wanted of [1, 2, 7]) {
    it(`takes a page that counts from 1 as many times as its number says: ${wanted}`, async () => {
      const { make, made } = page();
      assert.equal(await makeAgain(numbered(wanted), make), true);
      assert.equal(made(), wanted);
    });
  }

  it('goes on where the page has made others since', async () => {
    const { make, made } = page(2);
    assert.equal(await makeAgain(numbered(4), make), true);
    assert.equal(made(), 4);
  });

  it('is given up at once where the page is past that number', async () => {
    const { make, made } = page(4);
    assert.equal(await makeAgain(numbered(4), make), false);
    assert.equal(made(), 5);
  });

  it('is given up where the page now writes them differently', async () => {
    const { make, made } = page(0, (number) => numbered(number).replace('code.example', 'other.example'));
    assert.equal(await makeAgain(numbered(2), make), false);
    assert.equal(made(), 2);
  });

  it('is given up after one where that has no number', async () => {
    const { make, made } = page(0, () => 'vscode://mcp-auth.mcp-auth/callback?windowId=1');
    assert.equal(await makeAgain(numbered(5), make), false);
    assert.equal(made(), 1);
  });

  for (const odd of [
    'https://code.example/callback',
    numbered('x'),
    numbered(-1),
    numbered(''),
    'no address',
  ]) {
    it(`is not tried for ${odd}`, async () => {
      const { make, made } = page();
      assert.equal(await makeAgain(odd, make), false);
      assert.equal(made(), 0);
    });
  }

  it('does not go on without end', async () => {
    const { make, made } = page();
    assert.equal(await makeAgain(numbered(1_000_000), make), false);
    assert.equal(made(), 256);
  });
});
