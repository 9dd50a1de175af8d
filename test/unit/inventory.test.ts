// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import type { ConfigurationSource } from '../../src/core/config/configurationSource.ts';
import { parseConfiguration } from '../../src/core/config/parseConfiguration.ts';
import { Inventory } from '../../src/core/inventory.ts';
import { SessionRefresher } from '../../src/core/session/refresh.ts';
import { ScopeDemands } from '../../src/core/session/scopeDemands.ts';
import { type Assembly, assemble } from '../support/authenticationPorts.ts';
import { nextChange } from '../support/nextChange.ts';
import { onlyAccount, sampleSession, sampleTime } from '../support/sampleSession.ts';
import { granted, startTokenEndpoint } from '../support/tokenEndpoint.ts';

function source(servers: string, id = 'file:///a/.mcp.json'): ConfigurationSource {
  const configuration = parseConfiguration(`{"mcpServers": {${servers}}}`);
  return { id, kind: 'project', uri: id, label: 'a', fileName: '.mcp.json', folders: [], configuration };
}

const one = '"one": {"type": "http", "url": "https://mcp.example/${TENANT}"}';
const stdio = '"two": {"command": "npx"}';
const atOne = sampleSession({ serverUrl: 'https://mcp.example/mcp' });

describe('Inventory', () => {
  let parts: Assembly;
  let refresher: SessionRefresher;
  let demands: ScopeDemands;
  let inventory: Inventory;
  beforeEach(() => {
    parts = assemble({ browser: async () => false });
    const { sessions, authenticator, clock } = parts;
    refresher = new SessionRefresher({ ...parts.ports, sessions });
    demands = new ScopeDemands();
    const environment = { TENANT: 'mcp' };
    inventory = new Inventory({ sessions, authenticator, refresher, demands, clock, environment });
  });
  afterEach(() => inventory.dispose());

  const states = () =>
    inventory
      .snapshot()
      .map(({ servers }) => servers.map(({ definition, state }) => [definition.name, state.kind]));

  it('is empty before it knows of a file', () => {
    assert.deepEqual(inventory.snapshot(), []);
  });

  it('lists every server of every file in order, with its state', () => {
    inventory.setSources([source(`${one}, ${stdio}, "three": 3`), source(one, 'file:///b/.mcp.json')]);
    assert.deepEqual(states(), [
      [
        ['one', 'needsAuthentication'],
        ['two', 'stdio'],
        ['three', 'invalid'],
      ],
      [['one', 'needsAuthentication']],
    ]);
    assert.deepEqual(
      inventory.snapshot().map(({ id, label, fileName }) => [id, label, fileName]),
      [
        ['file:///a/.mcp.json', 'a', '.mcp.json'],
        ['file:///b/.mcp.json', 'a', '.mcp.json'],
      ],
    );
  });

  it('passes on what is wrong with a file', () => {
    const configuration = parseConfiguration('{');
    inventory.setSources([{ ...source(''), configuration }]);
    assert.equal(inventory.snapshot()[0]?.problem, configuration.problem);
  });

  it('gives each server an id of its own, namesakes included, and finds it by that', () => {
    inventory.setSources([source(`${one}, ${one}, ${one}, ${stdio}`), source(one, 'file:///b/.mcp.json')]);
    const servers = inventory.snapshot().flatMap((file) => file.servers);
    assert.equal(new Set(servers.map(({ id }) => id)).size, 5);
    for (const server of servers) {
      assert.deepEqual(inventory.find(server.id), server);
    }
    assert.equal(inventory.find('unknown'), undefined);
  });

  it('keeps the id of a server when its neighbours change', () => {
    inventory.setSources([source(`${stdio}, ${one}`)]);
    const before = inventory.snapshot()[0]?.servers[1]?.id;
    inventory.setSources([source(one)]);
    assert.equal(inventory.snapshot()[0]?.servers[0]?.id, before);
  });

  it('looks sessions up by expanded, canonical URL, never by name', async () => {
    await parts.sessions.put(atOne);
    const elsewhere = '"one": {"type": "http", "url": "https://evil.example/mcp"}';
    const same = '"other": {"type": "sse", "url": "https://MCP.example/mcp/"}';
    inventory.setSources([source(one), source(elsewhere, 'b'), source(same, 'c')]);
    assert.deepEqual(states(), [
      [['one', 'authenticated']],
      [['one', 'needsAuthentication']],
      [['other', 'authenticated']],
    ]);
  });

  it('shows of a session what is no secret', async () => {
    await parts.sessions.put(atOne);
    inventory.setSources([source(one)]);
    assert.equal(inventory.snapshot()[0]?.servers[0]?.session?.clientId, 'client-1');
    assert.doesNotMatch(JSON.stringify(inventory.snapshot()), /-token-1|client-secret-1/);
  });

  it('lists the accounts of a server, each with its state, and shows the one that is used as the server', async () => {
    const bob = { id: 'b-id', addedAt: sampleTime + 1, name: 'bob' };
    await parts.sessions.put(atOne);
    await parts.sessions.put({ ...atOne, account: bob, refreshRejectedAt: sampleTime });
    inventory.setSources([source(`${one}, "same": {"type": "http", "url": "https://mcp.example/mcp"}`)]);
    const look = () => {
      const [server] = inventory.snapshot()[0]?.servers ?? [];
      assert.ok(server);
      const accounts = server.accounts.map(({ name, isUsed, state }) => [name, isUsed, state.kind]);
      return [server.state.kind, accounts];
    };
    assert.deepEqual(look(), [
      'authenticated',
      [
        ['Account 1', true, 'authenticated'],
        ['bob', false, 'expired'],
      ],
    ]);
    const changed = nextChange(inventory.onDidChange);
    await parts.sessions.choose({ serverUrl: atOne.serverUrl, accountId: 'b-id' });
    await changed;
    assert.deepEqual(look(), [
      'expired',
      [
        ['Account 1', false, 'authenticated'],
        ['bob', true, 'expired'],
      ],
    ]);
    const ids = inventory
      .snapshot()
      .flatMap(({ servers }) => servers)
      .flatMap(({ accounts }) => accounts.map(({ id }) => id));
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) {
      assert.equal(inventory.findAccount(id)?.account.id, id);
    }
    assert.equal(inventory.findAccount('unknown'), undefined);
  });

  it('shows of an account alone what a server demands of it', async () => {
    const bob = { ...atOne, account: { id: 'b-id', addedAt: sampleTime + 1 } };
    await parts.sessions.put(atOne);
    await parts.sessions.put(bob);
    demands.note(bob, 'files:write');
    inventory.setSources([source(one)]);
    const [server] = inventory.snapshot()[0]?.servers ?? [];
    assert.equal(server?.state.kind, 'authenticated');
    assert.deepEqual(
      server.accounts.map(({ state }) => state.kind),
      ['authenticated', 'needsScopes'],
    );
  });

  it('follows the clock', async () => {
    await parts.sessions.put(sampleSession({ tokens: { refreshToken: undefined } }));
    inventory.setSources([source(one)]);
    assert.deepEqual(states(), [[['one', 'authenticated']]]);
    parts.clock.advance(3_600_000);
    assert.deepEqual(states(), [[['one', 'expired']]]);
  });

  it('announces new files and sessions, after they can be seen', async () => {
    const seen: unknown[] = [];
    inventory.onDidChange(() => seen.push(states()));
    inventory.setSources([source(one)]);
    await parts.sessions.put(atOne);
    await parts.sessions.delete(onlyAccount(atOne.serverUrl));
    assert.deepEqual(seen.at(0), [[['one', 'needsAuthentication']]]);
    assert.ok(seen.some((state) => JSON.stringify(state) === '[[["one","authenticated"]]]'));
    assert.deepEqual(seen.at(-1), [[['one', 'needsAuthentication']]]);
  });

  it('shows a sign-in while it runs, and how it failed until the next one', async () => {
    inventory.setSources([source('"one": {"type": "http", "url": "http://127.0.0.1:1/"}')]);
    const started = parts.signIn('http://127.0.0.1:1/');
    assert.deepEqual(states(), [[['one', 'authenticating']]]);
    await assert.rejects(started, { code: 'network' });
    const [server] = inventory.snapshot()[0]?.servers ?? [];
    assert.ok(server?.state.kind === 'needsAuthentication');
    assert.equal(server.state.failure?.code, 'network');
  });

  it('shows that a server wants more scopes, until the next sign-in', async () => {
    await parts.sessions.put(atOne);
    inventory.setSources([source(one)]);
    const changed = nextChange(inventory.onDidChange);
    demands.note(atOne, 'files:write');
    await changed;
    assert.deepEqual(states(), [[['one', 'needsScopes']]]);
    await parts.sessions.put({ ...atOne, createdAt: atOne.createdAt + 1 });
    assert.deepEqual(states(), [[['one', 'authenticated']]]);
  });

  it('shows a refresh while it runs', async () => {
    const endpoint = await startTokenEndpoint();
    try {
      endpoint.script(() => granted({ access_token: 'access-token-2' }));
      await parts.sessions.put({ ...atOne, authorizationServer: endpoint.authorizationServer });
      inventory.setSources([source(one)]);
      const changed = nextChange(inventory.onDidChange);
      const refreshed = refresher.refresh(atOne.serverUrl);
      await changed;
      assert.deepEqual(states(), [[['one', 'refreshing']]]);
      await refreshed;
      assert.deepEqual(states(), [[['one', 'authenticated']]]);
    } finally {
      await endpoint.close();
    }
  });

  it('stays quick with a file of fifty thousand entries of one name', () => {
    inventory.setSources([source(Array(50_000).fill('"a": 0').join(','))]);
    assert.equal(inventory.snapshot()[0]?.servers.length, 50_000);
  });

  it('announces nothing once disposed', async () => {
    inventory.onDidChange(() => assert.fail('announced'));
    inventory.dispose();
    await parts.sessions.put(atOne);
  });
});
