import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { Lines } from '../../../src/node/framing.ts';

describe('Lines', () => {
  let server: Server;
  let socket: Socket;
  let lines: Lines;
  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [accepted] = await once(server, 'connection');
    lines = new Lines(accepted, 10);
  });
  afterEach(() => {
    socket.destroy();
    lines.close();
    server.close();
  });

  async function rest(): Promise<readonly string[]> {
    const all: string[] = [];
    for (let line = await lines.receive(); line !== undefined; line = await lines.receive()) {
      all.push(line);
    }
    return all;
  }

  it('arrive as they were sent, however they are cut on their way', async () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 5 })
      .filter((line) => line.length <= 10 && !line.includes('\n'));
    const sent = fc.sample(text, 200);
    const bytes = Buffer.from(sent.map((line) => `${line}\n`).join(''));
    const received = rest();
    for (let start = 0; start < bytes.length; start += 7) {
      socket.write(bytes.subarray(start, start + 7));
    }
    socket.end();
    assert.deepEqual(await received, sent);
  });

  it('may be as long as the limit', async () => {
    socket.end('0123456789\n\n');
    assert.deepEqual(await rest(), ['0123456789', '']);
  });

  for (const [what, text] of [
    ['with an end', '0123456789a\n'],
    ['without an end', '0123456789a'],
    ['after another one', 'short\n0123456789a'],
  ] as const) {
    it(`over the limit end the connection, ${what}`, async () => {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => undefined);
      socket.write(text);
      await assert.rejects(rest(), {
        name: 'ProtocolError',
        message: 'A message is longer than 10 characters.',
      });
      await closed;
      assert.equal(await lines.receive(), undefined);
    });
  }

  it('may be longer as soon as the limit is raised, even if they have arrived before', async () => {
    socket.end('short\n0123456789abcdef\n');
    assert.equal(await lines.receive(), 'short');
    lines.limit = 16;
    assert.deepEqual(await rest(), ['0123456789abcdef']);
  });

  it('without an end are dropped when the connection ends', async () => {
    socket.end('one\ntwo');
    assert.deepEqual(await rest(), ['one']);
  });

  it('end when the connection is reset', async () => {
    const received = rest();
    socket.resetAndDestroy();
    assert.deepEqual(await received, []);
  });

  it('go nowhere when the connection is closed', async () => {
    lines.close();
    lines.send('x');
    assert.equal(await lines.receive(), undefined);
  });

  it('wait with the sender until somebody reads them', async () => {
    const megabytes = Buffer.alloc(32 * 1024 * 1024, 'x\n');
    let isTaken = false;
    socket.write(megabytes, () => {
      isTaken = true;
    });
    assert.equal(await lines.receive(), 'x');
    assert.equal(isTaken, false);
  });
});
