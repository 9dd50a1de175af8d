import assert from 'node:assert/strict';
import { parseConfiguration } from '../../src/core/config/parseConfiguration.ts';
import type { ProbeTarget } from '../../src/core/connection/serverProbes.ts';
import { AuthError } from '../../src/core/errors.ts';
import { Emitter } from '../../src/core/event.ts';
import { Inventory } from '../../src/core/inventory.ts';
import { probeUnknown } from '../../src/core/probeUnknown.ts';
import { SessionRefresher } from '../../src/core/session/refresh.ts';
import { ScopeDemands } from '../../src/core/session/scopeDemands.ts';
import { type Assembly, assemble } from '../support/authenticationPorts.ts';
import { InventoryParts } from '../support/inventoryParts.ts';
import { sampleSession } from '../support/sampleSession.ts';

const url = 'https://mcp.example/mcp';
const second = 30_000;

describe('probeUnknown', () => {
  let parts: Assembly;
  let others: InventoryParts;
  let inventory: Inventory;
  let asked: string[][];
  let comebacks: number;
  let isOnline: boolean;
  let permission: Emitter<void>;
  let probing: { dispose(): void };

  beforeEach(() => {
    parts = assemble({ browser: async () => false });
    others = new InventoryParts();
    const { sessions, authenticator, clock } = parts;
    const refresher = new SessionRefresher({ ...parts.ports, sessions });
    const demands = new ScopeDemands();
    inventory = new Inventory({ sessions, authenticator, refresher, demands, clock, ...others.ports });
    [asked, comebacks, isOnline, permission] = [[], 0, true, new Emitter<void>()];
    const probes = {
      setTargets: (targets: readonly ProbeTarget[]) =>
        void asked.push(targets.map(({ canonicalUrl, transport }) => `${transport} ${canonicalUrl}`)),
      backOnline: () => void comebacks++,
    };
    const onDidChangePermission = permission.event;
    probing = probeUnknown({ inventory, probes, clock, isOnline: () => isOnline, onDidChangePermission });
  });
  afterEach(() => {
    probing.dispose();
    inventory.dispose();
  });

  const show = (servers: Readonly<Record<string, unknown>>) => {
    const configuration = parseConfiguration(JSON.stringify({ mcpServers: servers }));
    const place = { id: 'a', kind: 'project', uri: 'file:///a', label: 'a', fileName: '.mcp.json' } as const;
    inventory.setSources([{ ...place, folders: [], configuration }]);
  };
  const unreachable = () => {
    others.probes.set(url, { kind: 'unreachable', error: new AuthError('network', 'Gone.') });
    others.changed();
  };

  it('has those asked for which there is no credential, by their transport', () => {
    show({
      plain: { type: 'http', url },
      stream: { type: 'sse', url: 'https://sse.example/sse' },
      socket: { type: 'ws', url: 'wss://ws.example' },
      header: { type: 'http', url: 'https://h.example', headers: { Authorization: 'Bearer x' } },
      helper: { type: 'http', url: 'https://helper.example', headersHelper: 'x' },
      process: { command: 'npx' },
      broken: { url: 'https://broken.example' },
    });
    assert.deepEqual(asked.at(-1), [`http ${url}`, 'sse https://sse.example/sse']);
  });

  it('leaves out one that somebody has signed in to', async () => {
    show({ plain: { type: 'http', url } });
    await parts.sessions.put(sampleSession({ serverUrl: url }));
    assert.deepEqual(asked.at(-1), []);
  });

  it('asks when permission may have been given', () => {
    show({ plain: { type: 'http', url } });
    const before = asked.length;
    permission.fire();
    assert.deepEqual(asked.slice(before), [[`http ${url}`]]);
  });

  it('looks from time to time whether one that could not be reached is to be asked again', () => {
    show({ plain: { type: 'http', url } });
    unreachable();
    const before = asked.length;
    parts.clock.advance(second);
    parts.clock.advance(second);
    assert.equal(asked.length, before + 2);
    assert.equal(comebacks, 0);
  });

  it('lets time pass while all are reached', () => {
    show({ plain: { type: 'http', url } });
    const before = asked.length;
    parts.clock.advance(10 * second);
    assert.equal(asked.length, before);
  });

  it('says so when the machine is back on a network', () => {
    show({ plain: { type: 'http', url } });
    unreachable();
    isOnline = false;
    parts.clock.advance(second);
    assert.equal(comebacks, 0);
    isOnline = true;
    parts.clock.advance(second);
    assert.equal(comebacks, 1);
  });
});
