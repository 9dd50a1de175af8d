import assert from 'node:assert/strict';
import type { ClientRegistration } from '../../../src/core/oauth/clientRegistration.ts';
import type { ClientPrompt } from '../../../src/core/oauth/obtainClient.ts';
import {
  type PreRegisteredRequest,
  preRegisteredClient,
} from '../../../src/core/oauth/preRegisteredClient.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { ecKey } from '../../support/privateKeys.ts';

const issuer = 'https://as.example';
const clientId = 'configured';
const { pem } = ecKey();

describe('preRegisteredClient', () => {
  const suite = authenticationSuite();
  const { signal } = new AbortController();

  /** With prompts that count how often they are asked. */
  function prepare(answers: { readonly secret?: string; readonly key?: string | undefined } = {}) {
    const asked: string[] = [];
    const prompt: Partial<ClientPrompt> = {
      async askClientSecret() {
        asked.push('secret');
        return answers.secret;
      },
      async askPrivateKey(question) {
        assert.deepEqual([question.issuer, question.clientId], [issuer, clientId]);
        asked.push('key');
        return answers.key;
      },
    };
    const { ports } = suite.assemble({ prompt });
    const { registrations } = ports;
    const obtain = async (offered?: readonly string[], rest: Partial<PreRegisteredRequest> = {}) => {
      const methods = offered ? { token_endpoint_auth_methods_supported: [...offered] } : {};
      const known = await registrations.open(issuer);
      const server = { issuer, ...methods };
      return await preRegisteredClient({ server, known, clientId, signal, ...rest }, ports);
    };
    /** As a sign-in does that has worked. */
    const keep = (client: ClientRegistration) => registrations.keep({ issuer }, client);
    return { obtain, asked, keep, registrations };
  }

  const basic = 'client_secret_basic';
  const post = 'client_secret_post';
  const jwt = 'private_key_jwt';
  for (const [configured, offered, question, method] of [
    [undefined, undefined, 'secret', basic],
    [undefined, ['none'], undefined, 'none'],
    [undefined, [jwt], 'key', jwt],
    [undefined, [jwt, 'tls_client_auth'], 'key', jwt],
    [undefined, [jwt, basic], 'secret', basic],
    [undefined, [jwt, post], 'secret', post],
    [undefined, [jwt, 'none'], undefined, 'none'],
    [jwt, undefined, 'key', jwt],
    [jwt, [basic, jwt], 'key', jwt],
    ['none', undefined, undefined, 'none'],
    ['none', [basic, 'none'], undefined, 'none'],
    [post, [basic, post], 'secret', post],
    [basic, ['none', basic], 'secret', basic],
    [post, undefined, 'secret', post],
  ] as const) {
    it(`asks for ${question ?? 'nothing'} with ${configured ?? 'nothing'} configured where the server offers ${offered ?? 'nothing'}`, async () => {
      const { obtain, asked } = prepare({ secret: 'the-secret', key: pem });
      const client = await obtain(offered, { tokenEndpointAuthMethod: configured });
      assert.deepEqual(
        [client.tokenEndpointAuthMethod, client.clientSecret, client.privateKey, asked],
        [
          method,
          question === 'secret' ? 'the-secret' : undefined,
          question === 'key' ? pem : undefined,
          question ? [question] : [],
        ],
      );
    });
  }

  it('asks for a key until it has led to a session, and again when it was rejected', async () => {
    const { obtain, asked, keep } = prepare({ key: pem });
    await obtain([jwt]);
    await keep(await obtain([jwt]));
    assert.deepEqual(asked, ['key', 'key']);
    assert.equal((await obtain([jwt])).privateKey, pem);
    assert.deepEqual(asked, ['key', 'key']);
    await obtain([jwt], { askForSecret: true });
    assert.deepEqual(asked, ['key', 'key', 'key']);
  });

  it('does not take a client with a key for one without a secret', async () => {
    const { obtain, asked, keep } = prepare({ key: pem, secret: 'the-secret' });
    await keep(await obtain([jwt]));
    assert.equal((await obtain([basic])).clientSecret, 'the-secret');
    assert.deepEqual(asked, ['key', 'secret']);
  });

  it('refuses a method that the server does not offer, before anything is asked', async () => {
    const { obtain, asked } = prepare();
    await assert.rejects(obtain([basic], { tokenEndpointAuthMethod: jwt }), {
      code: 'invalid_definition',
      remedy: 'openDefinition',
      message:
        'The authorization server as.example does not offer the "tokenEndpointAuthMethod" of the definition ("private_key_jwt").',
    });
    assert.deepEqual(asked, []);
  });

  it('says at once what is wrong with a key', async () => {
    const { obtain } = prepare({ key: 'not a key' });
    await assert.rejects(obtain([jwt]), { code: 'client_required', message: /not a private key/ });
  });

  it('refuses a key for other algorithms than the server takes', async () => {
    const { obtain } = prepare({ key: pem });
    const server = {
      issuer,
      token_endpoint_auth_methods_supported: [jwt],
      token_endpoint_auth_signing_alg_values_supported: ['RS256'],
    };
    await assert.rejects(obtain([], { server }), { code: 'client_required', message: /signs by ES256/ });
  });

  it('is cancelled when no key is entered', async () => {
    await assert.rejects(prepare().obtain([jwt]), { code: 'cancelled' });
  });

  it('asks again for a secret where it was known that there is none, but one is needed now', async () => {
    const { obtain, asked, keep } = prepare({ secret: 'the-secret' });
    await keep({ origin: 'preRegistered', clientId, tokenEndpointAuthMethod: 'none' });
    assert.equal((await obtain([basic])).clientSecret, undefined);
    assert.equal((await obtain([basic], { mustAuthenticate: true })).clientSecret, 'the-secret');
    assert.deepEqual(asked, ['secret']);
  });

  it('does not go on without a secret where one is needed', async () => {
    const { obtain } = prepare({ secret: '' });
    await assert.rejects(obtain([basic], { mustAuthenticate: true }), { code: 'client_required' });
  });
});
