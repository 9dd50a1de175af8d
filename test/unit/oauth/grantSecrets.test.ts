import assert from 'node:assert/strict';
import { SessionStore } from '../../../src/core/session/sessionStore.ts';
import type { Assembly, AssemblyOptions, SignInOptions } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { grantServer } from '../../support/grantServer.ts';
import { identityProvider, idpClientId } from '../../support/identityProvider.ts';
import type { ReceivedRequest } from '../../support/misbehavingServer.ts';
import { ecKey, jwtOf } from '../../support/privateKeys.ts';
import { recordLog } from '../../support/recordedLog.ts';
import { json } from '../../support/reply.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const key = ecKey();

/** Refuses with a part of what it was sent. */
const repeating = (name: string) => (request: ReceivedRequest) =>
  json({ error: 'invalid_grant', error_description: `not ${request.form.get(name)}` }, { status: 400 });

/** {@link authenticationSuite} searches the log of every test for secrets; here servers try to get them in. */
describe('log, of a grant without a sign-in page', () => {
  const suite = authenticationSuite();

  /** Signs in as the extension does: what is thrown goes to the log. */
  async function failing({ signIn, ports, lines }: Assembly, mcpUrl: string, options: SignInOptions) {
    await assert.rejects(signIn(mcpUrl, options), (reason) => {
      ports.log.error('Shown to the person', { reason });
      return true;
    });
    assert.ok(lines.some((line) => line.includes('invalid_grant')));
  }

  const assemble = (options: AssemblyOptions) =>
    suite.assemble({
      ...options,
      prompt: {
        askApproveGrant: async () => true,
        askPrivateKey: async () => key.pem,
        askClientSecret: async () => 'the-secret-of-the-client',
      },
    });

  for (const [name, methods] of [
    ['client_assertion', ['private_key_jwt']],
    ['client_secret', ['client_secret_post']],
  ] as const) {
    it(`holds no ${name} that the token endpoint repeats`, async () => {
      const server = await suite.server(grantServer({ methods, token: repeating(name) }));
      const options = { grantType: 'client_credentials', clientId: 'machine' } as const;
      await failing(assemble({}), server.mcpUrl, options);
    });
  }

  it('holds no token of the platform that the token endpoint repeats', async () => {
    const server = await suite.server(grantServer({ token: repeating('assertion') }));
    const setting = () => [{ issuer: server.origin, environmentVariable: 'TOKEN' }];
    const environment = { TOKEN: jwtOf({ sub: 'x' }) };
    await failing(assemble({ workloads: { setting, environment } }), server.mcpUrl, { grantType: jwtBearer });
  });

  for (const [who, at] of [
    ['the identity provider', 'idp'],
    ['the authorization server', 'server'],
  ] as const) {
    it(`holds no ID token or assertion that ${who} repeats`, async () => {
      const idp = await suite.server(
        identityProvider(at === 'idp' ? { exchange: repeating('subject_token') } : {}),
      );
      const server = await suite.server(grantServer({ token: repeating('assertion') }));
      const assembly = assemble({ identityProvider: { issuer: idp.origin, clientId: idpClientId } });
      await failing(assembly, server.mcpUrl, { xaa: true, clientId: 'editor' });
    });
  }

  it('holds no private key of a session that was read from storage', async () => {
    const server = await suite.server(grantServer({ methods: ['private_key_jwt'] }));
    const { signIn, secrets } = assemble({});
    await signIn(server.mcpUrl, { grantType: 'client_credentials', clientId: 'machine' });
    const { log, redactor, lines } = recordLog();
    await new SessionStore({ secrets, log, redactor }).reload();
    const body = key.pem.replace(/-----[^-]+-----|\n/g, '');
    log.info(`It is ${body}, or`, { written: key.pem });
    assert.match(lines[0] ?? '', /^info It is ‹redacted›, or written="‹redacted›"$/);
  });
});
