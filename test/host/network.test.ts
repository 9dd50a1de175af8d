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

async function useProxy(url: string | undefined): Promise<void> {
  await workspace.getConfiguration('http').update('proxy', url, ConfigurationTarget.Global);
}

describe('The network of the extension', () => {
  afterEach(() => useProxy(undefined));

  it('does not reach a private network without its proxy', async () => {
    assert.match((await failure(address(privateNetwork.mcpUrl))).message, / cannot be reached: /);
  });

  it('goes by the proxy of "http.proxy", and trusts the authorities that VS Code trusts', async () => {
    await useProxy(address(privateNetwork.proxy));
    const mcpUrl = address(privateNetwork.mcpUrl);
    assert.deepEqual(await ask(mcpUrl), { kind: 'open' });
    const connects: unknown = await (await fetch(new URL('/connects', mcpUrl))).json();
    assert.ok(Array.isArray(connects) && connects.includes(new URL(mcpUrl).host), String(connects));
  });

  it('trusts no other authority, and says what to do about it', async () => {
    await useProxy(address(privateNetwork.proxy));
    const { code, setting, message } = await failure(address(privateNetwork.untrustedUrl));
    assert.deepEqual([code, setting], ['certificate_untrusted', 'http.systemCertificates'], message);
  });

  it('says that the proxy cannot be reached', async () => {
    await useProxy('http://127.0.0.1:1');
    const { code, setting, message } = await failure(address(privateNetwork.mcpUrl));
    assert.deepEqual([code, setting], ['proxy_failed', 'http.proxy'], message);
  });
});
