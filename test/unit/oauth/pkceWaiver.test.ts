import assert from 'node:assert/strict';
import { followRedirect } from '../../support/authenticationPorts.ts';
import { authenticationSuite } from '../../support/authenticationSuite.ts';
import { json } from '../../support/reply.ts';

describe('an authorization server that does not say that it supports PKCE', () => {
  const suite = authenticationSuite();

  async function prepare(answer: (issuer: string) => Promise<boolean>) {
    const server = await suite.server(({ metadata }) => {
      const { code_challenge_methods_supported: _methods, ...rest } = metadata;
      return { 'GET /.well-known/oauth-authorization-server': json(rest) };
    });
    const asked: string[] = [];
    const askWaivePkce = async (issuer: string) => {
      asked.push(issuer);
      return await answer(issuer);
    };
    const assembly = suite.assemble({ browser: followRedirect, prompt: { askWaivePkce } });
    return { server, assembly, asked };
  }

  it('is refused before the browser when the person does not allow it, and nothing is registered', async () => {
    const { server, assembly, asked } = await prepare(async () => false);
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'pkce_not_supported' });
    assert.deepEqual(asked, [server.origin]);
    assert.deepEqual(assembly.opened, []);
    assert.ok(!server.asked.includes('POST /register'));
    assert.equal(assembly.secrets.values.size, 0);
  });

  it('is used when the person allows it, once and for all, and still gets the challenge', async () => {
    const { server, assembly, asked } = await prepare(async () => true);
    await assembly.signIn(server.mcpUrl);
    await assembly.signIn(server.mcpUrl);
    assert.deepEqual(asked, [server.origin]);
    assert.ok(
      assembly.opened.every(({ searchParams }) => searchParams.get('code_challenge_method') === 'S256'),
    );
  });

  it('is used also when that decision cannot be saved', async () => {
    const { server, assembly } = await prepare(async () => true);
    assembly.secrets.refuse('store');
    await assert.rejects(assembly.signIn(server.mcpUrl), { code: 'storage' });
    assert.ok(assembly.sessions.get(server.mcpUrl));
    assert.ok(assembly.lines.some((line) => line.startsWith('warn A decision could not be saved')));
  });

  it('is asked about anew after the person has refused it', async () => {
    const { server, assembly, asked } = await prepare(async () => false);
    await assert.rejects(assembly.signIn(server.mcpUrl));
    await assert.rejects(assembly.signIn(server.mcpUrl));
    assert.equal(asked.length, 2);
  });

  it('is asked about for itself, and anew once its client registration was cleared', async () => {
    const { server, assembly, asked } = await prepare(async () => true);
    const other = await suite.server(({ metadata }) => {
      const { code_challenge_methods_supported: _methods, ...rest } = metadata;
      return { 'GET /.well-known/oauth-authorization-server': json(rest) };
    });
    await assembly.signIn(server.mcpUrl);
    await assembly.signIn(other.mcpUrl);
    assert.deepEqual(asked, [server.origin, other.origin]);
    await assembly.ports.registrations.clear(server.origin);
    await assembly.signIn(server.mcpUrl);
    await assembly.signIn(other.mcpUrl);
    assert.deepEqual(asked, [server.origin, other.origin, server.origin]);
  });
});
