import assert from 'node:assert/strict';
import http, { type Agent } from 'node:http';
import { KeptAgents } from '../../../../src/node/gateway/keptAgents.ts';
import { until } from '../../../support/authenticationSuite.ts';
import { bodyOf, gatewaySuite } from '../../../support/gatewaySuite.ts';

describe('an agent that VS Code has put in between', () => {
  const suite = gatewaySuite();
  const own = new http.Agent({ keepAlive: true });
  const between = new http.Agent();
  let url: URL;
  let kept: KeptAgents;

  /** Sends a request to its end by an agent, which may be another one than it was meant for. */
  async function ask(agent: Agent): Promise<void> {
    const request = http.get(url, { agent, headers: { connection: 'keep-alive' } });
    kept.keep(url, request, own);
    await new Promise<void>((resolve, reject) => {
      request
        .once('response', (answer) => resolve(bodyOf(answer).then(() => undefined)))
        .once('error', reject);
    });
    // Its connection is given back in a turn of its own.
    await new Promise(setImmediate);
  }

  beforeEach(async () => {
    const { origin } = await suite.server((_request, response) => response.end('{}'));
    url = new URL(origin);
    kept = new KeptAgents(1000);
    suite.defer(() => {
      own.destroy();
      between.destroy();
    });
  });

  it('is used again while it has connections, and no longer', async () => {
    assert.equal(kept.choose(url, own), own);
    await ask(between);
    assert.equal(kept.choose(url, own), between);
    assert.equal(kept.choose(new URL(url), own), own);
    between.destroy();
    await until(() => kept.choose(url, own) === own, 'it is still used');
  });

  it('is not there outside of VS Code', async () => {
    await ask(own);
    assert.equal(kept.choose(url, own), own);
  });
});
