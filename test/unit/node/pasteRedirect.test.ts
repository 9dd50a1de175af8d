import assert from 'node:assert/strict';
import { PendingAuthorizations } from '../../../src/core/oauth/pendingAuthorizations.ts';
import { createPasteRedirect } from '../../../src/node/pasteRedirect.ts';
import { listen } from '../../support/demo/listener.ts';
import { recordLog } from '../../support/recordedLog.ts';

describe('a redirect URI to paste', () => {
  const prepare = () => {
    const { log } = recordLog();
    const pending = new PendingAuthorizations();
    return { pending, receiver: createPasteRedirect(async (response) => pending.deliver(response), log) };
  };

  it('is one of localhost', async () => {
    const { receiver } = prepare();
    const redirect = await receiver.open({});
    assert.match(redirect.redirectUri, /^http:\/\/localhost:\d+\/callback$/);
    redirect.dispose();
  });

  it('is listened at all the same, for a browser that is on this machine', async () => {
    const { pending, receiver } = prepare();
    const redirect = await receiver.open({});
    const expected = pending.expect('the-state', new AbortController().signal);
    await fetch(`${redirect.redirectUri}?code=a&state=the-state`);
    assert.equal((await expected.response).get('code'), 'a');
    redirect.dispose();
    await assert.rejects(fetch(redirect.redirectUri));
  });

  it('is listened at again after a reload, where its port is free', async () => {
    const { pending, receiver } = prepare();
    const former = await receiver.open({});
    await assert.rejects(async () => await receiver.reopen?.(former), { code: 'EADDRINUSE' });
    former.dispose();
    const redirect = await receiver.reopen?.(former);
    const expected = pending.expect('the-state', new AbortController().signal);
    await fetch(`${former.redirectUri}?code=a&state=the-state`);
    assert.equal((await expected.response).get('code'), 'a');
    redirect?.dispose();
    await assert.rejects(fetch(former.redirectUri));
  });

  it('is left alone after a reload where nothing listened for it', async () => {
    const { receiver } = prepare();
    const { redirectUri, dispose } = await receiver.open({});
    dispose();
    const redirect = await receiver.reopen?.({ redirectUri });
    await assert.rejects(fetch(redirectUri));
    redirect?.dispose();
  });

  for (const [which, name] of [
    ['that it must have', 'fixed'],
    ['of the time before', 'preferred'],
  ] as const) {
    it(`names the port ${which}, also when another program has it`, async () => {
      const other = await listen('127.0.0.1', 0);
      const redirect = await prepare().receiver.open({ [name]: other.port });
      assert.equal(redirect.redirectUri, `http://localhost:${other.port}/callback`);
      redirect.dispose();
      await other.close();
    });
  }
});
