import http from 'node:http';
import { listening } from './listening.ts';
import { serveProcess } from './serveProcess.ts';

const target = new URL(process.argv[2] ?? '');
const agent = new http.Agent({ keepAlive: true });

/** The least that a proxy can do with `node:http`: it looks at nothing, and changes nothing. */
const server = http.createServer((request, response) => {
  const { method, headers } = request;
  const { hostname, port, pathname: path } = target;
  const outgoing = http.request({ hostname, port, path, method, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  response.once('close', () => outgoing.destroy());
  request.pipe(outgoing);
});

// Longer than the bench takes: a connection that waits for its turn is to be there then.
server.keepAliveTimeout = 3_600_000;
serveProcess(() => listening(server));
