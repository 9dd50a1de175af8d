import assert from 'node:assert/strict';
import { ConfigurationTarget, workspace } from 'vscode';
import { systemClock } from '../../src/core/clock.ts';
import { askWithoutCredential } from '../../src/core/connection/askWithoutCredential.ts';
import type { ProbeOutcome } from '../../src/core/connection/probeOutcome.ts';
import type { AuthError } from '../../src/core/errors.ts';
import { Log } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redaction.ts';
import { configuredProxy } from '../../src/vscode/configuredProxy.ts';
import { privateNetwork } from './privateNetworkNames.ts';
import { choosesSystemAuthorities } from './systemAuthorities.ts';

function address(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

/** What the extension finds out of a server, by the `fetch` that it uses for everything. */
async function ask(url: string): Promise<ProbeOutcome> {
  const log = new Log(() => undefined, new Redactor());
  const ports = { fetch, clock: systemClock, log, proxy: configuredProxy() };
  const target = { serverUrl: new URL(url), transport: 'http' } as const;
  return await askWithoutCredential(target, ports, new AbortController().signal);
}

async function failure(url: string): Promise<AuthError> {
  const outcome = await ask(url);
  assert.ok(outcome.kind === 'unreachable', `it is ${outcome.kind}`);
  return outcome.error;
}

async function set(name: 'proxy' | 'systemCertificates', value: unknown): Promise<void> {
  await workspace.getConfiguration('http').update(name, value, ConfigurationTarget.Global);
}

async function assertReachedByProxy(url: string): Promise<void> {
  assert.deepEqual(await ask(url), { kind: 'open' });
  const connects: unknown = await (await fetch(new URL('/connects', url))).json();
  assert.ok(Array.isArray(connects) && connects.includes(new URL(url).host), String(connects));
}

describe('The network of the extension', () => {
  afterEach(async () => {
    await set('proxy', undefined);
    await set('systemCertificates', undefined);
  });

  it('does not reach a private network without its proxy', async () => {
    assert.match((await failure(address(privateNetwork.extraUrl))).message, / cannot be reached: /);
  });

  it('goes by the proxy of "http.proxy", and trusts the authorities of the environment as Node does', async () => {
    await set('proxy', address(privateNetwork.proxy));
    await set('systemCertificates', false);
    await assertReachedByProxy(address(privateNetwork.extraUrl));
  });

  if (choosesSystemAuthorities) {
    it('goes by the proxy of "http.proxy", and trusts the authorities of the system as VS Code does', async () => {
      await set('proxy', address(privateNetwork.proxy));
      await assertReachedByProxy(address(privateNetwork.systemUrl));
    });
  }

  for (const trustsSystem of [true, false]) {
    it(`trusts no other authority, and says what to do, with "http.systemCertificates" ${trustsSystem}`, async () => {
      await set('proxy', address(privateNetwork.proxy));
      await set('systemCertificates', trustsSystem);
      const { code, setting, message } = await failure(address(privateNetwork.untrustedUrl));
      assert.deepEqual([code, setting], ['certificate_untrusted', 'http.systemCertificates'], message);
    });
  }

  it('says that the proxy cannot be reached', async () => {
    await set('proxy', 'http://127.0.0.1:1');
    const { code, setting, message } = await failure(address(privateNetwork.extraUrl));
    assert.deepEqual([code, setting], ['proxy_failed', 'http.proxy'], message);
  });
});
