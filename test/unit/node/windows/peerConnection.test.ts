import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Side } from '../../../../src/core/windows/handshake.ts';
import { createMessageSeal } from '../../../../src/core/windows/messageSeal.ts';
import type { SecretChange, WindowHandlers } from '../../../../src/core/windows/windowGroup.ts';
import { Lines } from '../../../../src/node/framing.ts';
import { PeerConnection } from '../../../../src/node/windows/peerConnection.ts';
import { lineLimits } from '../../../../src/node/windows/protocol.ts';
import { SealedLines } from '../../../../src/node/windows/sealedLines.ts';
import { type RecordedLog, recordLog } from '../../../support/recordedLog.ts';
import { socketIn } from '../../../support/socketIn.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../../../support/temporaryFolder.ts';

const secret = new Uint8Array(32);
const greetings = { initiator: 'one', responder: 'other' };
const change: SecretChange = { key: 'key', at: 1, value: 'secret-value' };

const unexpected = (name: string) => () => Promise.reject(new Error(`unexpected ${name}`));

describe('PeerConnection', () => {
  let folder: TemporaryFolder;
  let recorded: RecordedLog;
  /** The end of a window that keeps to no rules. */
  let other: SealedLines;
  let channel: SealedLines;
  const connections: PeerConnection[] = [];

  beforeEach(async () => {
    folder = await createTemporaryFolder('mcp-auth-');
    recorded = recordLog();
    const address = socketIn(folder.path, 's');
    const server = createServer().listen(address);
    await once(server, 'listening');
    const socket = connect(address);
    const [accepted] = await once(server, 'connection');
    server.close();
    const sealed = async (lines: Lines, side: Side) =>
      new SealedLines(lines, await createMessageSeal(secret, side, greetings));
    other = await sealed(new Lines(socket, lineLimits.greeting), 'initiator');
    channel = await sealed(new Lines(accepted, lineLimits.greeting), 'responder');
  });
  afterEach(async () => {
    other.close();
    for (const connection of connections.splice(0)) {
      connection.close();
      await connection.closed;
    }
    await folder.remove();
  });

  function open(own: SealedLines, handlers: Partial<WindowHandlers> = {}): PeerConnection {
    const connection = new PeerConnection({
      peer: { id: 'peer', startedAt: 1 },
      openedBy: 'peer',
      channel: own,
      log: recorded.log,
      handlers: {
        snapshot: unexpected('snapshot'),
        apply: unexpected('apply'),
        deliver: unexpected('deliver'),
        ...handlers,
      },
    });
    connections.push(connection);
    return connection;
  }

  const say = (message: unknown) => other.send(JSON.stringify(message));

  const hear = async () => JSON.parse((await other.receive()) ?? 'null');

  for (const [what, message] of [
    ['no JSON', 'x'],
    ['null', null],
    ['an unknown call', { t: 'q', i: '1', m: 'readSecrets', a: [] }],
    ['a call of what every object has', { t: 'q', i: '1', m: 'constructor', a: [] }],
    ['a call of __proto__', { t: 'q', i: '1', m: '__proto__', a: [] }],
    ['too few arguments', { t: 'q', i: '1', m: 'apply', a: [] }],
    ['too many arguments', { t: 'q', i: '1', m: 'deliver', a: ['x', 'y'] }],
    ['a query that is no text', { t: 'q', i: '1', m: 'deliver', a: [{}] }],
    ['a change without a key', { t: 'q', i: '1', m: 'apply', a: [[{ at: 1, value: 'secret-value' }]] }],
    ['a change at no time', { t: 'q', i: '1', m: 'apply', a: [[{ ...change, at: 'now' }]] }],
    ['a change at a time before all', { t: 'q', i: '1', m: 'apply', a: [[{ ...change, at: -1 }]] }],
    ['a change to no text', { t: 'q', i: '1', m: 'apply', a: [[{ ...change, value: 1 }]] }],
    ['an answer to nobody', { t: 's' }],
  ] as const) {
    it(`ends when the other window sends ${what}, and logs nothing of it`, async () => {
      const connection = open(channel);
      if (message === 'x') {
        other.send(message);
      } else {
        say(message);
      }
      await connection.closed;
      assert.equal(await other.receive(), undefined);
      assert.equal(recorded.lines.length, 1);
      assert.match(recorded.lines[0] ?? '', /^warn A window said what cannot be understood.*ProtocolError/);
      assert.doesNotMatch(recorded.lines.join(), /secret-value/);
    });
  }

  it('takes no notice of answers that it has not asked for', async () => {
    const connection = open(channel, { deliver: async () => true });
    say({ t: 's', i: 'unknown', r: true });
    say({ t: 'q', i: '1', m: 'deliver', a: ['x'] });
    assert.deepEqual(await hear(), { t: 's', i: '1', r: true });
    assert.deepEqual(recorded.lines, []);
    connection.close();
  });

  for (const [what, result] of [
    ['nothing', undefined],
    ['no list', {}],
    ['a list of something else', [1]],
  ] as const) {
    it(`rejects an exchange for ${what}`, async () => {
      const exchanged = open(channel).exchange([]);
      const { i } = await hear();
      say({ t: 's', i, r: result });
      await assert.rejects(exchanged, { name: 'ProtocolError' });
    });
  }

  it('rejects what is waited for when the other window is gone', async () => {
    const connection = open(channel);
    const [applied, delivered] = [connection.apply([change]), connection.deliver('x')];
    await hear();
    other.close();
    await Promise.all([assert.rejects(applied), assert.rejects(delivered)]);
    await assert.rejects(connection.apply([change]));
  });

  it('tells the other window that something failed, and not what', async () => {
    const failure = Object.assign(new Error('secret-value'), { detail: 'secret-value' });
    open(channel, { deliver: () => Promise.reject(failure) });
    say({ t: 'q', i: '1', m: 'deliver', a: ['x'] });
    const answer = await hear();
    assert.deepEqual(answer, { t: 's', i: '1', e: true });
  });

  it('carries megabytes', async () => {
    const large = { ...change, value: 'x'.repeat(2 * 1024 * 1024) };
    const received: SecretChange[] = [];
    open(other, {
      snapshot: async () => [large],
      apply: async (changes) => {
        received.push(...changes);
      },
    });
    assert.deepEqual(await open(channel).exchange([large]), [large]);
    assert.deepEqual(received, [large]);
  });

  it('ends with messages that are too long', async () => {
    const connection = open(channel);
    say({ t: 'q', i: '1', m: 'deliver', a: ['x'.repeat(lineLimits.message)] });
    await connection.closed;
    assert.match(recorded.lines.join(), /longer than 16777216 characters/);
  });

  it('retires when both ends want it, after the last answer', async () => {
    const answer = Promise.withResolvers<boolean>();
    const [one, two] = [open(channel), open(other, { deliver: () => answer.promise })];
    const delivered = one.deliver('x');
    const retired = Promise.all([one.retire(), two.retire()]);
    // One end is ready, and still answers.
    await two.retire();
    let isClosed = false;
    void one.closed.then(() => {
      isClosed = true;
    });
    await new Promise(setImmediate);
    assert.equal(isClosed, false);
    answer.resolve(true);
    assert.equal(await delivered, true);
    await retired;
    await Promise.all([one.closed, two.closed]);
    assert.deepEqual(recorded.lines, []);
  });

  it('stays open, and of use, when only one end wants it to retire', async () => {
    const [one, two] = [
      open(channel, { deliver: async () => true }),
      open(other, { deliver: async () => true }),
    ];
    await one.retire();
    assert.equal(await two.deliver('x'), true);
    assert.equal(await one.deliver('x'), true);
    assert.deepEqual(recorded.lines, []);
  });
});
