import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AccessOptions, AccessRequest } from '../../../src/core/access/accessControl.ts';
import type { Program } from '../../../src/core/access/program.ts';
import type { Approvals } from '../../../src/core/config/claudeApproval.ts';
import type { ConfigurationSource } from '../../../src/core/config/configurationSource.ts';
import { parseConfiguration } from '../../../src/core/config/parseConfiguration.ts';
import { AuthError, type AuthErrorCode } from '../../../src/core/errors.ts';
import type { HandedOver, ServerQuery } from '../../../src/core/handover/credentialHandover.ts';
import { MatchedHandover } from '../../../src/core/handover/matchedHandover.ts';
import { Inventory } from '../../../src/core/inventory.ts';
import { generateDpopKey } from '../../../src/core/oauth/dpopKey.ts';
import { canonicalServerUrl } from '../../../src/core/serverUrl.ts';
import { SessionRefresher } from '../../../src/core/session/refresh.ts';
import { ScopeDemands } from '../../../src/core/session/scopeDemands.ts';
import { type Assembly, assemble } from '../../support/authenticationPorts.ts';
import { InventoryParts } from '../../support/inventoryParts.ts';
import { type SessionChanges, sampleSession, sampleTime } from '../../support/sampleSession.ts';
import { granted, startTokenEndpoint, type TokenEndpoint } from '../../support/tokenEndpoint.ts';

const program: Program = { kind: 'claudeCode', id: 'claudeCode', label: 'Claude Code' };
const url = 'https://mcp.example/mcp';

type Entries = Readonly<Record<string, string | object>>;

/** A file with these servers: by their URL, or by what their entry says beside it. */
function file(entries: Entries, folder = '/a'): ConfigurationSource {
  const servers = Object.entries(entries).map(([name, entry]) => [
    name,
    { type: 'http', ...(typeof entry === 'string' ? { url: entry } : { url, ...entry }) },
  ]);
  const configuration = parseConfiguration(JSON.stringify({ mcpServers: Object.fromEntries(servers) }));
  const uri = `file://${folder}/.mcp.json`;
  return {
    id: uri,
    kind: 'project',
    uri,
    label: folder,
    fileName: '.mcp.json',
    folders: ['file:///a'],
    configuration,
  };
}

describe('MatchedHandover', () => {
  let parts: Assembly;
  let others: InventoryParts;
  let inventory: Inventory;
  let handover: MatchedHandover;
  let asked: AccessRequest[];
  let consent: (options: AccessOptions) => Promise<void>;
  let isTrusted: boolean;
  let endpoint: TokenEndpoint | undefined;

  beforeEach(() => {
    parts = assemble({ browser: async () => false });
    others = new InventoryParts();
    const { sessions, authenticator, clock } = parts;
    const refresher = new SessionRefresher({ ...parts.ports, sessions });
    const demands = new ScopeDemands();
    inventory = new Inventory({ sessions, authenticator, refresher, demands, clock, ...others.ports });
    [asked, isTrusted, consent] = [[], true, async () => undefined];
    const access = {
      assertAllowed: async (request: AccessRequest, options: AccessOptions) => {
        asked.push(request);
        await consent(options);
      },
    };
    const { redactor } = parts.ports;
    handover = new MatchedHandover({ inventory, refresher, access, redactor, isTrusted: () => isTrusted });
  });
  afterEach(async () => {
    inventory.dispose();
    await endpoint?.close();
    endpoint = undefined;
  });

  const open = (...sources: readonly ConfigurationSource[]) => inventory.setSources(sources, noApprovals);
  const signIn = async (changes: SessionChanges = {}) =>
    await parts.sessions.put(sampleSession({ serverUrl: url, ...changes }));
  const ask = (query: ServerQuery, signal = new AbortController().signal): Promise<HandedOver> =>
    handover.headers(query, program, { signal });

  async function refuses(query: ServerQuery, code: AuthErrorCode): Promise<string> {
    let sentence = '';
    await assert.rejects(ask(query), (error: unknown) => {
      assert.ok(error instanceof AuthError, String(error));
      sentence = error.message;
      return error.code === code;
    });
    return sentence;
  }

  async function startEndpoint(): Promise<TokenEndpoint> {
    endpoint = await startTokenEndpoint();
    return endpoint;
  }

  describe('a server', () => {
    const fitting: readonly ServerQuery[] = [
      { name: 'one', url },
      { name: 'one' },
      { url },
      { name: 'one', url: `${url}/` },
      { name: 'one', url: 'HTTPS://MCP.EXAMPLE:443/mcp' },
    ];
    for (const query of fitting) {
      it(`is found by ${JSON.stringify(query)}`, async () => {
        open(file({ one: url, two: 'https://mcp.example/two' }));
        await signIn();
        const { server, headers, expiresAt } = await ask(query);
        assert.equal(server.definition.name, 'one');
        assert.deepEqual(headers, { Authorization: 'Bearer access-token-1' });
        assert.equal(expiresAt, sampleTime + 3_600_000);
        assert.deepEqual(asked, [{ program, serverUrl: url, serverName: 'one' }]);
      });
    }

    const hostile: readonly ServerQuery[] = [
      {},
      { name: 'one', url: 'https://evil.example/mcp' },
      { name: 'one', url: 'https://mcp.example/mcp/other' },
      { name: 'one', url: 'https://mcp.example/MCP' },
      { name: 'one', url: 'https://mcp.example:8443/mcp' },
      { name: 'one', url: 'http://mcp.example/mcp' },
      { name: 'one', url: 'https://mcp.example/mcp?tenant=2' },
      { name: 'one', url: 'https://user:secret@mcp.example/mcp' },
      { name: 'one', url: 'https://mcp.example\\@evil.example/mcp' },
      { name: 'one', url: 'https://mcp.example/x/../mcp' },
      { name: 'another', url },
      { name: 'One', url },
      { name: ' one', url },
      { name: '', url },
      { name: 'one', url: '' },
      { name: 'two', url },
    ];
    for (const query of hostile) {
      it(`is not found by ${JSON.stringify(query)}, and nobody is asked`, async () => {
        open(file({ one: url, two: 'https://mcp.example/two' }));
        await signIn();
        const sentence = await refuses(query, 'unknown_server');
        assert.doesNotMatch(sentence, /mcp\.example|secret/);
        assert.deepEqual(asked, []);
      });
    }

    it('of somebody else gives nothing to a repository that takes its name', async () => {
      open(file({ one: 'https://evil.example/mcp' }));
      await signIn();
      await refuses({ name: 'one', url }, 'unknown_server');
      await refuses({ name: 'one' }, 'not_authenticated');
    });

    it('is the one that is used, where only a name is given', async () => {
      const [far, near] = [file({ one: 'https://far.example' }, '/'), file({ one: url }, '/a')];
      open(far, near);
      await signIn({ tokens: { accessToken: 'near' } });
      await signIn({ serverUrl: 'https://far.example', tokens: { accessToken: 'far' } });
      assert.deepEqual((await ask({ name: 'one' })).headers, { Authorization: 'Bearer near' });
    });

    it('is also one that another takes the place of, where its URL is given', async () => {
      const [far, near] = [file({ one: 'https://far.example' }, '/'), file({ one: url }, '/a')];
      open(near, far);
      await signIn({ serverUrl: 'https://far.example', tokens: { accessToken: 'far' } });
      const { server, headers } = await ask({ name: 'one', url: 'https://far.example/' });
      assert.equal(server.state.kind, 'shadowed');
      assert.deepEqual(headers, { Authorization: 'Bearer far' });
    });

    it('is not one that another takes the place of, where only a name is given and the URL of that is not known', async () => {
      const missing = ['https://', '$', '{MISSING}'].join('');
      for (const near of [
        file({ one: missing }, '/a'),
        file({ one: { url: undefined, type: 'stdio', command: 'x' } }, '/a'),
      ]) {
        open(near, file({ one: 'https://far.example' }, '/'));
        await signIn({ serverUrl: 'https://far.example' });
        await refuses({ name: 'one' }, 'unknown_server');
      }
    });

    it('gives what any of its entries allows for', async () => {
      const own = { headers: { Authorization: 'Bearer own' } };
      open(file({ one: own }, '/a'), file({ one: url, two: url }, '/'));
      await signIn();
      assert.deepEqual((await ask({ url })).headers, { Authorization: 'Bearer access-token-1' });
      assert.deepEqual((await ask({ name: 'one', url })).headers, { Authorization: 'Bearer access-token-1' });
    });

    const names = fc.constantFrom('one', 'One', 'two', '');
    const urls = fc
      .tuple(
        fc.constantFrom('https://', 'HTTPS://', 'http://', 'https://a@', 'https://mcp.example\\@'),
        fc.constantFrom('mcp.example', 'MCP.example', 'evil.example', 'mcp.example:443', 'localhost:1'),
        fc.constantFrom('', '/', '/mcp', '/mcp/', '/mcp//', '/MCP', '/x/../mcp', '/mcp?a=1', '/mcp#f'),
      )
      .map((all) => all.join(''));
    const servers = fc.array(fc.dictionary(names, urls, { maxKeys: 4 }), { maxLength: 3 });
    const queries = fc.record({ name: names, url: urls }, { requiredKeys: [] });

    it('gives its credential only to whoever names it and its canonical URL', async () => {
      let handed = 0;
      await fc.assert(
        fc.asyncProperty(servers, queries, async (files, query) => {
          open(...files.map((entries, index) => file(entries, `/${'a/'.repeat(index)}a`)));
          for (const one of inventory.serverUrls) {
            await signIn({ serverUrl: one, tokens: { accessToken: `token of ${one}` } });
          }
          const answer = await ask(query).catch((error: unknown) => {
            assert.ok(error instanceof AuthError, String(error));
          });
          if (!answer) {
            return;
          }
          handed++;
          const { server, headers } = answer;
          assert.ok(server.endpoint?.kind === 'url');
          const { canonicalUrl } = server.endpoint;
          assert.deepEqual(headers, { Authorization: `Bearer token of ${canonicalUrl}` });
          assert.ok(query.name !== undefined || query.url !== undefined);
          assert.equal(server.definition.name, query.name ?? server.definition.name);
          assert.equal(canonicalUrl, query.url ? canonicalServerUrl(new URL(query.url)) : canonicalUrl);
        }),
        { numRuns: 300, examples: [[[{ one: url }], { name: 'one', url }]] },
      );
      assert.ok(handed > 0);
    });
  });

  describe('a session', () => {
    it('is refreshed before it is handed over, and what comes of that is known to the redactor', async () => {
      const { authorizationServer, script } = await startEndpoint();
      script(() => granted({ access_token: 'access-token-2' }));
      open(file({ one: url }));
      await signIn({ authorizationServer, tokens: { expiresAt: sampleTime } });
      const { headers, expiresAt } = await ask({ name: 'one', url });
      assert.deepEqual(headers, { Authorization: 'Bearer access-token-2' });
      assert.equal(expiresAt, sampleTime + 3_600_000);
      assert.doesNotMatch(parts.ports.redactor.text('it is access-token-2'), /access-token-2/);
    });

    it('is not refreshed for a program that the person refuses', async () => {
      const { authorizationServer, requests } = await startEndpoint();
      open(file({ one: url }));
      await signIn({ authorizationServer, tokens: { expiresAt: sampleTime } });
      consent = async () => {
        throw new AuthError('access_refused', 'Never.');
      };
      await refuses({ name: 'one', url }, 'access_refused');
      assert.deepEqual(requests, []);
    });

    it('is waited for no longer than its signal, while its refresh goes on', async () => {
      const { authorizationServer, script } = await startEndpoint();
      const controller = new AbortController();
      const answer = Promise.withResolvers<ReturnType<typeof granted>>();
      script(() => {
        controller.abort(new AuthError('timeout', 'Too slow.'));
        return answer.promise;
      });
      open(file({ one: url }));
      await signIn({ authorizationServer, tokens: { expiresAt: sampleTime } });
      await assert.rejects(ask({ name: 'one', url }, controller.signal), /Too slow/);
      const refreshed = new Promise<void>((resolve) => {
        parts.sessions.onDidChange(() => resolve());
      });
      answer.resolve(granted({ access_token: 'access-token-2' }));
      await refreshed;
      assert.equal(parts.sessions.get(url)?.tokens.accessToken, 'access-token-2');
    });

    it('that is bound to a key is not handed over, and nobody is asked', async () => {
      open(file({ one: url }));
      await signIn({ dpop: await generateDpopKey({ algorithm: 'ES256', requiredByServer: false }) });
      await refuses({ name: 'one', url }, 'credential_bound');
      assert.deepEqual(asked, []);
    });

    it('that has expired is not handed over', async () => {
      open(file({ one: url }));
      await signIn({ refreshRejectedAt: sampleTime });
      await refuses({ name: 'one', url }, 'session_expired');
    });

    it('that ended while the person was asked is not handed over', async () => {
      open(file({ one: url }));
      await signIn();
      consent = async () => await parts.sessions.delete({ serverUrl: url, accountId: 'default' });
      await refuses({ name: 'one', url }, 'not_authenticated');
    });

    it('is not that of another server whose definition came while the person was asked', async () => {
      open(file({ one: url }));
      await signIn();
      await signIn({ serverUrl: 'https://other.example' });
      consent = async () => open(file({ one: 'https://other.example' }));
      await refuses({ name: 'one' }, 'unknown_server');
    });
  });

  describe('what is not a session', () => {
    it('is the token that the person has set, in its own header', async () => {
      open(file({ one: { headers: { 'X-Tenant': 'of the definition' } } }));
      others.tokens.set(url, { serverUrl: url, headerName: 'X-API-Key', token: 'token-one', savedAt: 1 });
      others.changed();
      assert.deepEqual((await ask({ name: 'one', url })).headers, { 'X-API-Key': 'token-one' });
    });

    it('is never what the definition has itself', async () => {
      open(file({ one: { headers: { Authorization: 'Bearer own' } } }));
      await signIn();
      assert.match(await refuses({ name: 'one', url }, 'not_authenticated'), /its own header/);
      assert.deepEqual(asked, []);
    });

    it('is never what a helper prints, and the helper does not run', async () => {
      open(file({ one: { headersHelper: 'print-headers' } }));
      others.helper = { kind: 'succeeded', headers: { Authorization: 'Bearer printed' } };
      others.changed();
      assert.match(await refuses({ name: 'one', url }, 'not_authenticated'), /headersHelper/);
    });

    it('is nothing at a server that wants none', async () => {
      open(file({ one: url }));
      others.probes.set(url, { kind: 'open' });
      others.changed();
      await refuses({ name: 'one', url }, 'no_authentication_needed');
    });
  });

  it('tells nothing in a workspace that is not trusted', async () => {
    open(file({ one: url }));
    await signIn();
    isTrusted = false;
    await refuses({ name: 'one', url }, 'untrusted_workspace');
    await refuses({ name: 'unknown' }, 'untrusted_workspace');
    assert.deepEqual(asked, []);
  });

  it('hands nothing over that would travel in the clear', async () => {
    open(file({ one: 'http://mcp.example/mcp' }));
    await signIn({ serverUrl: 'http://mcp.example/mcp' });
    await refuses({ name: 'one' }, 'insecure_url');
  });
});

const noApprovals: Approvals = new Map();
