import assert from 'node:assert/strict';
import { promptFor } from '../../../src/core/oauth/promptValues.ts';
import { rememberedMetadata } from '../../../src/core/oauth/rememberedDiscovery.ts';

const offline = { scope: 'a offline_access', mayAskConsent: true } as const;
const plain = { scope: 'a', mayAskConsent: true } as const;

describe('the prompt of an authorization request', () => {
  const table: readonly (readonly [string, unknown, Parameters<typeof promptFor>[1], string | undefined])[] =
    [
      ['is none for whoever signs in as always', undefined, plain, undefined],
      ['asks for consent to offline access', undefined, offline, 'consent'],
      [
        'lets the server ask who it is',
        ['none', 'login', 'select_account'],
        { ...plain, letsChooseAccount: true },
        'select_account',
      ],
      [
        'asks to sign in where there is no choice',
        ['login', 'consent'],
        { ...plain, letsChooseAccount: true },
        'login',
      ],
      [
        'asks to sign in where nobody says what there is',
        undefined,
        { ...plain, letsChooseAccount: true },
        'login',
      ],
      [
        'asks to sign in where what is said is no list',
        'login',
        { ...plain, letsChooseAccount: true },
        'login',
      ],
      [
        'is none where the server has neither',
        ['none', 'create'],
        { ...plain, letsChooseAccount: true },
        undefined,
      ],
      [
        'asks both',
        ['login', 'consent', 'select_account'],
        { ...offline, letsChooseAccount: true },
        'select_account consent',
      ],
      [
        'asks both where nobody says what there is',
        undefined,
        { ...offline, letsChooseAccount: true },
        'login consent',
      ],
      [
        'asks only for consent where the server has neither',
        ['consent'],
        { ...offline, letsChooseAccount: true },
        'consent',
      ],
      [
        'leaves consent to whoever registered the client',
        undefined,
        { ...offline, mayAskConsent: false, letsChooseAccount: true },
        'login',
      ],
    ];
  for (const [what, supported, parameters, expected] of table) {
    it(what, () => {
      const server = { issuer: 'https://as.example', prompt_values_supported: supported } as Parameters<
        typeof promptFor
      >[0];
      assert.equal(promptFor(server, parameters), expected);
      // Signing in again takes what is stored of the metadata.
      assert.equal(promptFor(rememberedMetadata(server), parameters), expected);
    });
  }
});
