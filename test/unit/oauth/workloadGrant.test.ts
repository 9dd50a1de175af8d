import assert from 'node:assert/strict';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { type GrantServerOptions, grantServer } from '../../support/grantServer.ts';
import { jwtOf } from '../../support/privateKeys.ts';
import { json } from '../../support/reply.ts';

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const subject = 'spiffe://example/agent';

describe('the workload identity grant', () => {
  const suite = authenticationSuite();

  async function prepare(options: GrantServerOptions = {}) {
    const server = await suite.server(grantServer({ grants: [jwtBearer], ...options }));
    const tokens = ['first', 'second', 'third'].map((jti) => jwtOf({ sub: subject, jti }));
    const environment: Record<string, string | undefined> = { WORKLOAD: tokens[0] };
    const approvals: string[] = [];
    const assembly = suite.assemble({
      prompt: {
        async askApproveGrant({ grant, issuer }) {
          approvals.push(`${grant} ${issuer}`);
          return true;
        },
      },
      workloads: {
        setting: () => [{ issuer: server.origin, environmentVariable: 'WORKLOAD' }],
        environment,
      },
    });
    const tokenRequests = () => server.requests.filter(({ route }) => route === 'POST /token');
    return { server, tokens, environment, approvals, tokenRequests, ...assembly };
  }

  it('presents the token of the platform, without a client ID, as the specification wants it', async () => {
    const { server, tokens, tokenRequests, signIn, approvals, opened } = await prepare();
    const session = await signIn(server.mcpUrl, { grantType: jwtBearer });
    const [request] = tokenRequests();
    assert.deepEqual(Object.fromEntries(request?.form ?? []), {
      grant_type: jwtBearer,
      assertion: tokens[0],
      resource: server.mcpUrl,
      scope: 'files:read',
    });
    assert.equal(request?.headers.authorization, undefined);
    assert.deepEqual([approvals, opened], [[`workload ${server.origin}`], []]);
    assert.deepEqual(
      [session.grant, session.client],
      ['workload', { origin: 'workload', clientId: subject, tokenEndpointAuthMethod: 'none' }],
    );
  });

  it('names the client where the definition does', async () => {
    const { server, tokenRequests, signIn } = await prepare();
    await signIn(server.mcpUrl, { grantType: jwtBearer, clientId: 'the-client' });
    assert.equal(tokenRequests()[0]?.form.get('client_id'), 'the-client');
  });

  it('renews itself with the token that the platform has by then', async () => {
    const { server, tokens, environment, tokenRequests, signIn, refresher, clock } = await prepare();
    await signIn(server.mcpUrl, { grantType: jwtBearer });
    environment.WORKLOAD = tokens[1];
    clock.advance(3_600_000);
    await refresher.fresh(server.mcpUrl);
    assert.equal(tokenRequests()[1]?.form.get('assertion'), tokens[1]);
  });

  for (const error of ['invalid_grant', 'invalid_scope', 'unauthorized_client', 'invalid_client']) {
    it(`surfaces ${error} without trying again or in another way`, async () => {
      const { server, tokenRequests, signIn, opened } = await prepare({
        token: json({ error, error_description: 'No.' }, { status: 400 }),
      });
      await assert.rejects(signIn(server.mcpUrl, { grantType: jwtBearer }), {
        code: 'authorization_refused',
        message: `The authorization server ${new URL(server.origin).host} answered "${error}": "No.".`,
      });
      assert.deepEqual([tokenRequests().length, opened], [1, []]);
    });
  }

  it('keeps the session when its token is refused in a renewal, for the platform may replace it', async () => {
    const { server, signIn, refresher, sessions, clock, environment, tokens } = await prepare();
    const session = await signIn(server.mcpUrl, { grantType: jwtBearer });
    clock.advance(3_600_000);
    environment.WORKLOAD = undefined;
    await assert.rejects(refresher.fresh(server.mcpUrl), { code: 'invalid_setting', message: /not set/ });
    assert.equal(sessions.get(server.mcpUrl), session);
    environment.WORKLOAD = tokens[2];
    assert.notEqual((await refresher.fresh(server.mcpUrl)).tokens.accessToken, session.tokens.accessToken);
  });

  it('does not send the token of one authorization server to another that a server names', async () => {
    const { server: trusted, signIn, environment } = await prepare();
    const hostile = await suite.server(grantServer({ grants: [jwtBearer] }));
    await assert.rejects(signIn(hostile.mcpUrl, { grantType: jwtBearer }), {
      code: 'invalid_setting',
      message: /names no token for the authorization server/,
    });
    const received = hostile.requests.map(({ body }) => body).join('\n');
    assert.ok(!received.includes(environment.WORKLOAD ?? assert.fail()));
    assert.deepEqual(trusted.requests, []);
  });

  it('gives a server that names a trusted authorization server nothing unless the person allows it', async () => {
    const trusted = await suite.server(grantServer({ grants: [jwtBearer] }));
    const hostile = await suite.server(({ resource }) => ({
      'GET /.well-known/oauth-protected-resource/mcp': json({
        ...resource,
        authorization_servers: [trusted.origin],
      }),
    }));
    const questions: string[] = [];
    const { signIn, sessions } = suite.assemble({
      prompt: {
        async askApproveGrant({ serverUrl, issuer }) {
          questions.push(`${serverUrl.host} ${issuer}`);
          return false;
        },
      },
      workloads: {
        setting: () => [{ issuer: trusted.origin, environmentVariable: 'WORKLOAD' }],
        environment: { WORKLOAD: jwtOf({ sub: subject }) },
      },
    });
    await assert.rejects(signIn(hostile.mcpUrl, { grantType: jwtBearer }), { code: 'cancelled' });
    assert.deepEqual(questions, [`${new URL(hostile.origin).host} ${trusted.origin}`]);
    assert.ok(!trusted.asked.includes('POST /token'));
    assert.equal(sessions.get(hostile.mcpUrl), undefined);
  });
});
