import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  judgePastedText,
  type PasteTarget,
  parsePastedText,
} from '../../../src/core/oauth/pastedResponse.ts';

const redirectUri = 'http://localhost:4711/callback';
const state = 'the-state';
const response = `code=4%2F0Aab&state=${state}&iss=https%3A%2F%2Fas.example`;

const target: PasteTarget = {
  server: { issuer: 'https://as.example', code_challenge_methods_supported: ['S256'] },
  url: new URL(`https://as.example/authorize?response_type=code&client_id=me&state=${state}`),
  redirectUri,
  state,
};

function accepted(text: string, changes: Partial<PasteTarget['server']> = {}): URLSearchParams {
  const judged = judgePastedText(text, { ...target, server: { ...target.server, ...changes } });
  assert.ok('response' in judged, 'problem' in judged ? judged.problem : '');
  return judged.response;
}

function problem(text: string, changes: Partial<PasteTarget['server']> = {}): string {
  const judged = judgePastedText(text, { ...target, server: { ...target.server, ...changes } });
  assert.ok('problem' in judged, `${JSON.stringify(text)} was accepted`);
  return judged.problem;
}

describe('a pasted response', () => {
  for (const [what, text] of [
    ['the redirect URL', `${redirectUri}?${response}`],
    ['one with blanks around it', `  \t${redirectUri}?${response}\n`],
    ['one in quotes', `"${redirectUri}?${response}"`],
    ['one in angle brackets', `<${redirectUri}?${response}>`],
    [
      'one that a terminal has broken into lines',
      `${redirectUri}?code=4%2F0\n  Aab&state=${state}&iss=https%3A%2F%2Fas.example`,
    ],
    ['one of another scheme', `vscode://mcp-auth.mcp-auth/callback?windowId=1&${response}`],
    ['one without its scheme, as browsers show it', `localhost:4711/callback?${response}`],
    ['one with the response in its fragment', `${redirectUri}#${response}`],
    ['one that a server has put a fragment to', `${redirectUri}?${response}#_=_`],
    ['one that is percent-encoded as a whole', encodeURIComponent(`${redirectUri}?${response}`)],
    ['only the query', response],
    ['only the query, with its question mark', `?${response}`],
    ['only the query, percent-encoded', encodeURIComponent(response)],
  ] as const) {
    it(`is ${what}`, () => {
      const parameters = accepted(text);
      assert.equal(parameters.get('code'), '4/0Aab');
      assert.equal(parameters.get('state'), state);
      assert.equal(parameters.get('iss'), 'https://as.example');
    });
  }

  it('may say that the person was refused', () => {
    const parameters = accepted(`${redirectUri}?error=access_denied&state=${state}`);
    assert.equal(parameters.get('error'), 'access_denied');
  });

  it('keeps a code that is padded', () => {
    assert.equal(accepted(`?code=YWJj%3D%3D&state=${state}`).get('code'), 'YWJj==');
  });

  it('is refused with the state of another attempt, and asked for again', () => {
    assert.match(problem(`${redirectUri}?code=a&state=other`), /answer to another sign-in.*localhost:4711/);
  });

  it('is refused where its state is missing or there twice', () => {
    for (const query of ['code=a', `code=a&state=${state}&state=${state}`, 'error=access_denied']) {
      assert.match(problem(`${redirectUri}?${query}`), /Part of the address is missing/);
    }
  });
});

describe('a pasted code', () => {
  it('is taken for this attempt where the server checks PKCE', () => {
    const parameters = accepted(' 4/0Aab-_~.x ');
    assert.deepEqual(
      [...parameters],
      [
        ['code', '4/0Aab-_~.x'],
        ['state', state],
      ],
    );
  });

  it('is decoded as the address bar has it', () => {
    assert.equal(accepted('4%2F0Aab').get('code'), '4/0Aab');
  });

  it('may bring its state after a number sign', () => {
    assert.equal(accepted(`abc#${state}`).get('code'), 'abc');
    assert.match(problem('abc#other'), /answer to another sign-in/);
  });

  it('is refused where the server does not say that it checks PKCE, unless it brings the state', () => {
    const changes = { code_challenge_methods_supported: undefined } as object;
    assert.match(problem('abc', changes), /code alone is not enough/);
    assert.equal(accepted(`abc#${state}`, changes).get('code'), 'abc');
  });

  it('is refused where the server promises to say who it is', () => {
    const changes = { authorization_response_iss_parameter_supported: true };
    for (const text of ['abc', `abc#${state}`]) {
      assert.match(problem(text, changes), /does not say who issued it/);
    }
  });
});

describe('a pasted text that is no response', () => {
  for (const [what, text, expected] of [
    ['nothing', '  ', /^Paste the address that the browser ends at/],
    ['the sign-in page', target.url.href, /^This is the address of the sign-in page/],
    [
      'the sign-in page, further on',
      'https://login.example/a?response_type=code',
      /address of the sign-in page/,
    ],
    [
      'a login page',
      'https://login.example/password',
      /^This is an address at "login.example" without an answer/,
    ],
    ['the redirect URI alone', redirectUri, /^This is an address at "localhost:4711" without an answer/],
    ['prose', 'I do not know what to paste', /^This is not an address/],
    ['a scheme alone', 'http://', /^This is not an address/],
    ['an empty code', '#state', /^This is not an address/],
    ['an empty state', 'code#', /^This is not an address/],
    ['some other query', '?a=b&c=d', /^This is not an address/],
    ['more than fits', `?code=${'a'.repeat(20_000)}&state=${state}`, /^This is not an address/],
  ] as const) {
    it(`is told apart: ${what}`, () => {
      assert.match(problem(text), expected);
      assert.match(problem(text), /begins with "http:\/\/localhost:4711\/callback"\.$/);
    });
  }

  it('never throws, and never gives a response with another state', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '?code=', `${redirectUri}?state=`, '%'),
        (text, prefix) => {
          parsePastedText(prefix + text);
          const judged = judgePastedText(prefix + text, target);
          assert.ok('problem' in judged || judged.response.getAll('state').join() === state);
        },
      ),
    );
  });
});
