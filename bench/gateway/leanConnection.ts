import { connect } from 'node:net';

/** One connection that carries one request at a time. */
export interface LeanConnection {
  /** Sends a request, and waits for the whole answer. Rejects unless it is a 200 of a declared length. */
  post(body: string): Promise<void>;
  close(): void;
}

/**
 * HTTP as far as the bench needs it. A client like that of `node:http` takes more time than a proxy: on a machine with
 * few cores it would be the client that is measured.
 *
 * @param head the request line and the headers, but for the length
 */
export async function openLeanConnection(url: URL, head: string): Promise<LeanConnection> {
  const socket = connect(Number(url.port), url.hostname).setNoDelay();
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  let received = '';
  let waiting: PromiseWithResolvers<void> | undefined;
  const fail = (reason: string) => {
    waiting?.reject(new Error(`${url.host}: ${reason}`));
    socket.destroy();
  };
  socket.on('error', (error) => fail(error.message)).once('close', () => fail('hung up'));
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    const end = received.indexOf('\r\n\r\n');
    if (end === -1) {
      return;
    }
    const [, length] = /^HTTP\/1\.1 200 [\s\S]*?\r\ncontent-length: (\d+)\r\n/i.exec(received) ?? [];
    if (length === undefined) {
      fail(received);
    } else if (received.length >= end + 4 + Number(length)) {
      received = '';
      waiting?.resolve();
    }
  });
  return {
    post: (body) => {
      waiting = Promise.withResolvers();
      socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return waiting.promise;
    },
    close: () => void socket.destroy(),
  };
}
