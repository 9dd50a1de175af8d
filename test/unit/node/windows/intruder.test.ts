import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { generateAgreementKey, privateBytes } from '../../../../src/core/windows/agreementKey.ts';
import { prove } from '../../../../src/core/windows/handshake.ts';
import { type NoticeBoard, pairingNotice } from '../../../../src/core/windows/noticeBoard.ts';
import { until } from '../../../support/authenticationSuite.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakeSecretStorage } from '../../../support/fakeSecretStorage.ts';
import { socketIn } from '../../../support/socketIn.ts';
import {
  assertNothingMore,
  assertPatience,
  type Intruder,
  itHangsUpOnIntruders,
} from '../../../support/windows/intruder.ts';
import {
  addressOf,
  connectRaw,
  type RawConnection,
  rawConnection,
} from '../../../support/windows/rawConnection.ts';
import { type TestWindow, windowSuite } from '../../../support/windows/windowSuite.ts';

const id = () => randomBytes(12).toString('base64url');
const nonce = () => randomBytes(32).toString('base64url');

describe('a program that is no window of the group', () => {
  const suite = windowSuite();
  let clock: FakeClock;
  let window: TestWindow;
  /** As the window sees it, which is some time behind. */
  let board: NoticeBoard;
  let raw: RawConnection;
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    // The one who begins a group watches the board for a while: not the window that is tested.
    (await suite.join()).group.dispose();
    clock = new FakeClock();
    board = suite.profile.openBoard();
    window = await suite.join({ clock, board });
    await window.change('key', 'secret-value');
    raw = await connectRaw(await addressOf(suite.folder, window.group.self.id));
  });
  afterEach(async () => {
    assert.equal(window.state.size, 1);
    assert.deepEqual(window.group.others, []);
    raw.socket.destroy();
    for (const socket of sockets.splice(0)) {
      socket.destroy();
    }
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const group = () => suite.profile.notices.get('group') ?? assert.fail('there is no group');

  const hello = (more: object = {}) => ({
    type: 'hello',
    version: 1,
    role: 'window',
    id: id(),
    startedAt: 1,
    nonce: nonce(),
    ...more,
  });

  const call = { t: 'q', i: '1', m: 'exchange', a: [[]] };
  const intruder = (): Intruder => ({
    raw,
    clock,
    secret: 'secret-value',
    hello: (more = {}) => hello({ group: group(), ...more }),
    call,
  });
  const nothingMore = (...expected: readonly string[]) => assertNothingMore(intruder(), ...expected);

  it('is told who listens, and a public key', async () => {
    raw.send(hello());
    const greeting = await raw.receive();
    assert.deepEqual(Object.keys(greeting ?? {}).sort(), [
      'group',
      'id',
      'nonce',
      'role',
      'startedAt',
      'type',
      'version',
    ]);
    assert.deepEqual(Object.keys(JSON.parse(String(greeting?.group))).sort(), ['crv', 'kty', 'x', 'y']);
  });

  itHangsUpOnIntruders(intruder);

  for (const [what, wrong] of [
    ['has an id that is a path', { id: '../../etc/passwd' }],
    ['says that it is a terminal', { role: 'terminal' }],
  ] as const) {
    it(`is hung up on when it ${what}`, async () => {
      raw.send(hello(wrong));
      await nothingMore();
    });
  }

  it('is hung up on when it claims to be the window itself', async () => {
    raw.send(hello({ id: window.group.self.id, group: group() }));
    await nothingMore();
  });

  it('is hung up on with a proof by another key', async () => {
    const greeting = JSON.stringify(hello({ group: group() }));
    raw.send(greeting);
    const responder = JSON.stringify(await raw.receive());
    const wrong = privateBytes(await generateAgreementKey());
    const proof = await prove(wrong, 'initiator', { initiator: greeting, responder });
    raw.send({ type: 'proof', proof: Buffer.from(proof).toString('base64url') });
    await nothingMore('proof');
  });

  it('is hung up on when it sends too much without a line feed after its greeting', async () => {
    raw.send(hello({ group: group() }));
    raw.socket.write('x'.repeat(64 * 1024 + 1));
    await nothingMore('hello', 'proof');
  });

  it('is hung up on after five seconds when it says nothing after its greeting as a newcomer', async () => {
    raw.send(hello());
    await assertPatience(intruder());
  });

  describe('that wants to pair', () => {
    /** Puts up what a real newcomer would, where the window sees it at its first look. */
    async function putUp(newcomer: string, publicKey: string): Promise<void> {
      const notice = pairingNotice(newcomer);
      await suite.profile.openBoard().set(notice, publicKey);
      await until(() => board.get(notice) === publicKey, 'the window does not see the notice');
    }

    async function askFor(publicKey: string, greeting = hello()): Promise<void> {
      raw.send(greeting);
      raw.send({ type: 'pair', publicKey });
      await raw.receive();
      // The first look at the board finds nothing.
      await until(() => clock.timerCount === 2, 'the window does not look at the board');
      clock.advance(3000);
    }

    it('gets nothing when the board shows no notice of it', async () => {
      await askFor((await generateAgreementKey()).publicKey);
      await nothingMore();
    });

    it('gets nothing with another key than the notice of a real newcomer has', async () => {
      const newcomer = id();
      const { publicKey } = await generateAgreementKey();
      await putUp(newcomer, publicKey);
      await askFor((await generateAgreementKey()).publicKey, hello({ id: newcomer }));
      await nothingMore();
    });

    it('gets what only the real newcomer can open with the key of that', async () => {
      const newcomer = id();
      const { publicKey } = await generateAgreementKey();
      await putUp(newcomer, publicKey);
      const [secret = ''] = suite.profile.secrets.values();
      raw.send(hello({ id: newcomer }));
      raw.send({ type: 'pair', publicKey });
      await raw.receive();
      const { type, sealed } = (await raw.receive()) ?? {};
      assert.equal(type, 'paired');
      const bytes = Buffer.from(String(sealed), 'base64url');
      assert.ok(!bytes.includes(JSON.parse(secret).d));
      raw.send(call);
      await nothingMore();
    });

    it('gets nothing for a key that is no point of the curve', async () => {
      const newcomer = id();
      const zero = Buffer.alloc(32).toString('base64url');
      const publicKey = JSON.stringify({ crv: 'P-256', kty: 'EC', x: zero, y: zero });
      await putUp(newcomer, publicKey);
      raw.send(hello({ id: newcomer }));
      raw.send({ type: 'pair', publicKey });
      await nothingMore('hello');
    });
  });

  describe('that other windows take for one', () => {
    /** Registers a program of its own, and says whoever comes. */
    async function pretend(talk: (connection: RawConnection, own: string) => Promise<void>): Promise<void> {
      const own = id();
      const address = socketIn(suite.folder, `${own}.sock`);
      await listen(address, (socket) => void talk(rawConnection(socket), own));
      const entry = { version: 1, id: own, startedAt: 1, pid: 1, address };
      await writeFile(join(suite.folder, `${own}.json`), JSON.stringify(entry));
    }

    async function listen(address: string, onConnection: (socket: Socket) => void): Promise<void> {
      const server = createServer((socket) => {
        sockets.push(socket);
        onConnection(socket);
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(address, resolve));
    }

    it('learns nothing from a newcomer, and gives it no key of its own choice', async () => {
      window.group.dispose();
      const received: unknown[] = [];
      const shown = group();
      await pretend(async (connection, own) => {
        connection.send(hello({ id: own, group: shown }));
        connection.send({ type: 'paired', sealed: randomBytes(200).toString('base64url') });
        received.push(...(await connection.rest()).map((line) => JSON.parse(line).type));
      });
      const newcomer = await suite.join({ secrets: new FakeSecretStorage() });
      assert.deepEqual(newcomer.group.others, []);
      // It could not know that this was no window: it begins another group.
      assert.notEqual(group(), shown);
      assert.deepEqual(received.slice(0, 2), ['hello', 'pair']);
      assert.ok(received.every((type) => ['hello', 'pair'].includes(String(type))));
    });

    it('is not taken for a window by another id than it is registered under', async () => {
      const received: string[] = [];
      await pretend(async (connection) => {
        connection.send(hello({ group: group() }));
        received.push(...(await connection.rest()));
      });
      const second = await suite.join({ clock: new FakeClock() });
      assert.deepEqual(second.group.others, [window.group.self]);
      assert.deepEqual(
        received.map((line) => JSON.parse(line).type),
        ['hello'],
      );
      second.group.dispose();
      await until(() => window.group.others.length === 0, 'the second window is still there');
    });

    /** Moves a window's socket away, or where it is a pipe, registers another one in its name. */
    async function takeThePlaceOf({ group: { self } }: TestWindow) {
      const address = await addressOf(suite.folder, self.id);
      const other = socketIn(suite.folder, 'moved.sock');
      if (process.platform !== 'win32') {
        await rename(address, other);
        return { address, moved: other };
      }
      const file = join(suite.folder, `${self.id}.json`);
      await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), address: other }));
      return { address: other, moved: address };
    }

    it('can read nothing of what two windows say through it, nor say it again, nor change it', async () => {
      const { address, moved } = await takeThePlaceOf(window);
      const recorded: Buffer[] = [];
      let isChanging = false;
      await listen(address, (socket) => {
        const other = connect(moved);
        sockets.push(other);
        socket.on('data', (data) => {
          recorded.push(data);
          // Somewhere in the middle: the sealed text stays one line of base64.
          other.write(isChanging ? data.fill('A', 4, 8) : data);
        });
        other.on('data', (data) => socket.write(data));
        socket.on('close', () => other.destroy());
        other.on('close', () => socket.destroy());
      });
      if (process.platform !== 'win32') {
        await chmod(address, 0o600);
      }
      const second = await suite.join({ clock: new FakeClock() });
      assert.deepEqual(second.group.others, [window.group.self]);
      await second.change('key', 'older');
      assert.ok(!Buffer.concat(recorded).toString().includes('older'));
      assert.ok(!Buffer.concat(recorded).toString().includes('exchange'));

      const replayed = await connectRaw(moved);
      replayed.socket.write(Buffer.concat(recorded));
      const answers = await replayed.rest();
      assert.deepEqual(
        answers.map((line) => JSON.parse(line).type),
        ['hello', 'proof'],
      );

      isChanging = true;
      await second.group.announce([{ key: 'key', at: 9, value: 'changed' }]);
      await until(() => window.group.others.length === 0, 'the connection goes on');
      assert.equal(window.state.get('key')?.value, 'older');
      assert.match(window.lines.join('\n'), /sealed by somebody else/);
      second.group.dispose();
    });
  });
});
