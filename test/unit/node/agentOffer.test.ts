import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/event.ts';
import type { AgentServer } from '../../../src/core/handover/agentServers.ts';
import { isContactable } from '../../../src/core/handover/contactableServer.ts';
import { Log } from '../../../src/core/log.ts';
import { Redactor } from '../../../src/core/redaction.ts';
import { AgentOffer } from '../../../src/node/agentOffer.ts';
import type { Gateway, GatewayRoute } from '../../../src/node/gateway/gateway.ts';
import { sampleServer } from '../../support/sampleServer.ts';

function offered(name: string, version = '1'): AgentServer {
  const server = sampleServer(name);
  assert.ok(isContactable(server));
  return { server, label: `${name} (MCP Auth)`, version };
}

const route = (): GatewayRoute => ({
  serverName: 'any',
  url: new URL('https://any.example/mcp'),
  transport: 'http',
  credential: () => Promise.reject(new Error('nobody asks')),
});

/** Knows what is open, and opens when it is let. */
class FakeGateway implements Gateway {
  readonly opened = new Map<string, number>();
  hold: Promise<unknown> = Promise.resolve();
  #count = 0;

  async open(id: string): Promise<URL> {
    await this.hold;
    const number = this.opened.get(id) ?? ++this.#count;
    this.opened.set(id, number);
    return new URL(`http://127.0.0.1:1/${number}/mcp`);
  }

  close(id: string): void {
    this.opened.delete(id);
  }

  dispose(): void {
    throw new Error('It is not the offer that ends it.');
  }
}

describe('what agent mode is offered', () => {
  let servers: readonly AgentServer[];
  let changed: Emitter<void>;
  let gateway: FakeGateway;
  let lines: string[];
  let offer: AgentOffer;
  let changes: number;

  beforeEach(() => {
    servers = [offered('a'), offered('b')];
    changed = new Emitter();
    gateway = new FakeGateway();
    lines = [];
    const log = new Log((_level, line) => lines.push(line), new Redactor());
    offer = new AgentOffer({ servers: () => servers, onDidChange: changed.event, gateway, route, log });
    changes = 0;
    offer.onDidChange(() => changes++);
  });
  afterEach(() => offer.dispose());

  const change = (next: readonly AgentServer[]) => {
    servers = next;
    changed.fire();
  };
  const definitions = async () =>
    (await offer.definitions()).map(({ label, url, version }) => `${label} ${version} ${url.pathname}`);

  it('opens nothing before somebody asks', () => {
    change([offered('a')]);
    assert.equal(gateway.opened.size, 0);
  });

  it('has an endpoint for each server, which stays the same', async () => {
    const first = await definitions();
    assert.deepEqual(first, ['a (MCP Auth) 1 /1/mcp', 'b (MCP Auth) 1 /2/mcp']);
    change([offered('a'), offered('b', '2')]);
    assert.deepEqual(await definitions(), ['a (MCP Auth) 1 /1/mcp', 'b (MCP Auth) 2 /2/mcp']);
  });

  it('tells of a change only where there is one', () => {
    change([offered('a'), offered('b')]);
    assert.equal(changes, 0);
    change([offered('b'), offered('a')]);
    assert.equal(changes, 1);
    change([offered('b'), offered('a', '2')]);
    assert.equal(changes, 2);
  });

  it('closes the endpoint of a server at once that is no longer offered', async () => {
    await offer.definitions();
    change([offered('b')]);
    assert.equal(gateway.opened.size, 1);
    assert.deepEqual(await definitions(), ['b (MCP Auth) 1 /2/mcp']);
  });

  it('closes one that is taken away while it is opened, and does not offer it', async () => {
    const held = Promise.withResolvers<void>();
    gateway.hold = held.promise;
    const asked = definitions();
    change([offered('b')]);
    held.resolve();
    assert.deepEqual(await asked, ['b (MCP Auth) 1 /2/mcp']);
    assert.equal(gateway.opened.size, 1);
  });

  it('leaves out what cannot be opened, and says so', async () => {
    gateway.hold = Promise.reject(new Error('EMFILE'));
    assert.deepEqual(await definitions(), []);
    assert.match(lines.join('\n'), /cannot be offered.*EMFILE/s);
  });

  it('closes everything at its end, and follows nothing any more', async () => {
    await offer.definitions();
    offer.dispose();
    assert.equal(gateway.opened.size, 0);
    change([offered('c')]);
    assert.deepEqual(await definitions(), []);
  });
});
