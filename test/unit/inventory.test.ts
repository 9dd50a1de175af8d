// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import type { AccessEntry } from '../../src/core/access/accessControl.ts';
import type { ConfigurationSource } from '../../src/core/config/configurationSource.ts';
import { parseConfiguration } from '../../src/core/config/parseConfiguration.ts';
import type { ProbeOutcome } from '../../src/core/connection/probeOutcome.ts';
import { AuthError } from '../../src/core/errors.ts';
import { Emitter } from '../../src/core/event.ts';
import { Inventory } from '../../src/core/inventory.ts';
import { SessionRefresher } from '../../src/core/session/refresh.ts';
import { ScopeDemands } from '../../src/core/session/scopeDemands.ts';
import { type Assembly, assemble } from '../support/authenticationPorts.ts';
import { InventoryParts } from '../support/inventoryParts.ts';
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
  let others: InventoryParts;
  let inventory: Inventory;
  beforeEach(() => {
    parts = assemble({ browser: async () => false });
    const { sessions, authenticator, clock } = parts;
    refresher = new SessionRefresher({ ...parts.ports, sessions });
    demands = new ScopeDemands();
    others = new InventoryParts();
    others.variables = { TENANT: 'mcp' };
    inventory = new Inventory({ sessions, authenticator, refresher, demands, clock, ...others.ports });
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
        ['one', 'unknown'],
        ['two', 'stdio'],
        ['three', 'invalid'],
      ],
      [['one', 'unknown']],
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

  it('finds a server by its handle, which is as short whatever its file is called', () => {
    inventory.setSources([source(`${one}, ${stdio}`, `file:///${'a'.repeat(4000)}/.mcp.json`)]);
    for (const server of inventory.snapshot().flatMap((file) => file.servers)) {
      const handle = inventory.handleOf(server.id);
      assert.match(handle, /^#\d$/);
      assert.equal(inventory.handleOf(server.id), handle);
      assert.deepEqual(inventory.find(handle), server);
    }
    assert.equal(inventory.find('#3'), undefined);
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
      [['one', 'unknown']],
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
    assert.deepEqual(seen.at(0), [[['one', 'unknown']]]);
    assert.ok(seen.some((state) => JSON.stringify(state) === '[[["one","authenticated"]]]'));
    assert.deepEqual(seen.at(-1), [[['one', 'unknown']]]);
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

  it('shows what the server said when it was asked without a credential', () => {
    inventory.setSources([source(one)]);
    const look = (outcome: ProbeOutcome | 'asking') => {
      others.probes.set(atOne.serverUrl, outcome);
      others.changed();
      return inventory.snapshot()[0]?.servers[0]?.state;
    };
    const error = new AuthError('network', 'Gone.');
    assert.deepEqual(look('asking'), { kind: 'unknown', isAsking: true });
    assert.deepEqual(look({ kind: 'challenged' }), { kind: 'needsAuthentication' });
    assert.deepEqual(look({ kind: 'open' }), { kind: 'noAuthenticationNeeded' });
    assert.deepEqual(look({ kind: 'unreachable', error }), { kind: 'unreachable', error });
  });

  it('works out a change once for all who are told of it, however long that takes them', () => {
    const seen: unknown[] = [];
    const look = () => {
      seen.push(inventory.snapshot());
      parts.clock.advance(5);
    };
    inventory.onDidChange(look);
    inventory.onDidChange(look);
    inventory.setSources([source(one)]);
    assert.equal(seen.length, 2);
    assert.equal(seen[0], seen[1]);
    assert.notEqual(inventory.snapshot(), seen[1]);
  });

  it('resolves definitions anew when the environment changes', () => {
    inventory.setSources([source(one)]);
    assert.deepEqual([...inventory.serverUrls], ['https://mcp.example/mcp']);
    others.variables = {};
    others.environmentChanged();
    assert.deepEqual(states(), [[['one', 'missingVariable']]]);
    assert.deepEqual([...inventory.serverUrls], []);
  });

  it('tells which programs have used the credential of a server, as soon as that is noted', () => {
    const changed = new Emitter<void>();
    const entry = (serverUrl: string, lastUsedAt?: number): AccessEntry => ({
      program: { kind: 'codex', id: 'codex', label: 'Codex' },
      ...{ serverUrl, serverName: 'one', decision: 'always', lastUsedAt },
    });
    const access = { entries: [entry('https://mcp.example/mcp')], onDidChange: changed.event };
    const { sessions, authenticator, clock } = parts;
    const knowing = new Inventory({
      ...{ sessions, authenticator, refresher, demands, clock },
      ...others.ports,
      access,
    });
    knowing.setSources([source(one)]);
    assert.equal(knowing.servers[0]?.uses, undefined);
    const used = entry('https://mcp.example/mcp', 5);
    access.entries = [used, entry('https://other.example/mcp', 6)];
    changed.fire();
    assert.deepEqual(knowing.servers[0]?.uses, [used]);
    knowing.dispose();
  });

  it('never asks a helper that is our own, goes on as if there were none, and says who uses the server', () => {
    const own = (command: string) =>
      `"one": {"type": "http", "url": "https://mcp.example/mcp", "headersHelper": ${JSON.stringify(command)}}`;
    const codex = {
      fileName: 'config.toml',
      serverUrls: new Set(['https://mcp.example/mcp']),
      onDidChange: new Emitter<void>().event,
    };
    const { sessions, authenticator, clock } = parts;
    const shimPath = () => '/home/alice/mcp-auth';
    const aware = new Inventory({
      ...{ sessions, authenticator, refresher, demands, clock },
      ...others.ports,
      shimPath,
      codex,
    });
    for (const [command, isOurs] of [
      ['mcp-auth headers', true],
      ['/home/alice/mcp-auth headers', true],
      ['mcp-auth headers; curl evil.example', false],
      ['/tmp/mcp-auth headers', false],
    ] as const) {
      aware.setSources([source(own(command))]);
      const [server] = aware.servers;
      assert.ok(server);
      assert.equal(aware.contactOf(server)?.helperCall === undefined, isOurs, command);
      assert.equal(server.state.kind, isOurs ? 'unknown' : 'headersHelper', command);
      assert.deepEqual(
        server.usedBy?.map(({ client, fileName }) => [client, fileName]),
        [...(isOurs ? [['claudeCode', '.mcp.json']] : []), ['codex', 'config.toml']],
        command,
      );
    }
    assert.ok(others.calls.every(({ command }) => !/^(?:\/home\/alice\/)?mcp-auth headers$/.test(command)));
    aware.dispose();
  });

  it('tells of a helper what it is called with, and contacts the server with what it prints', () => {
    const helped = `"one": {"type": "http", "url": "https://mcp.example/\${TENANT}", "headersHelper": "run"}`;
    others.helper = { kind: 'succeeded', headers: { 'X-Key': 'secret-of-helper' } };
    inventory.setSources([source(helped)]);
    const [server] = inventory.snapshot()[0]?.servers ?? [];
    assert.ok(server);
    assert.equal(server.state.kind, 'headersHelper');
    const contact = inventory.contactOf(server);
    assert.deepEqual(contact?.helperCall, {
      command: 'run',
      serverName: 'one',
      serverUrl: 'https://mcp.example/mcp',
      file: 'file:///a/.mcp.json',
      workingDirectory: '/work',
      isShared: true,
    });
    assert.deepEqual(contact.credential, {
      kind: 'helper',
      headers: { 'X-Key': 'secret-of-helper' },
    });
    assert.doesNotMatch(JSON.stringify(inventory.snapshot()), /secret-of-helper/);
  });

  it('shows that the server has refused a saved token, until there is another one', () => {
    const token = { serverUrl: atOne.serverUrl, headerName: 'X-Key', token: 'one', savedAt: sampleTime };
    others.tokens.set(atOne.serverUrl, token);
    inventory.setSources([source(one)]);
    const look = () => {
      const [server] = inventory.snapshot()[0]?.servers ?? [];
      assert.ok(server);
      return server;
    };
    const credential = inventory.contactOf(look())?.credential;
    assert.ok(credential);
    others.verdicts.note(atOne.serverUrl, credential, 'rejected');
    assert.deepEqual(look().state, { kind: 'savedToken', headerName: 'X-Key', isRejected: true });
    others.tokens.set(atOne.serverUrl, { ...token, token: 'two' });
    others.changed();
    assert.deepEqual(look().state, { kind: 'savedToken', headerName: 'X-Key', isRejected: false });
    assert.equal(look().hasSavedToken, true);
  });

  it('stays quick with a thousand servers, of which all change', () => {
    const servers = Array.from(
      { length: 1000 },
      (_, index) => `"s${index}": {"type": "http", "url": "https://s${index}.example/mcp"}`,
    );
    inventory.setSources([source(servers.join(','))]);
    for (let change = 0; change < 50; change++) {
      others.changed();
      assert.equal(inventory.snapshot()[0]?.servers.length, 1000);
    }
  });

  it('announces nothing once disposed', async () => {
    inventory.onDidChange(() => assert.fail('announced'));
    inventory.dispose();
    await parts.sessions.put(atOne);
  });
});
