import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Disposable } from '../core/disposable.ts';
import { listen } from './listen.ts';

/** Listens at `http://localhost:<port>/callback` until it is disposed. */
export interface LoopbackServer extends Disposable {
  readonly port: number;
}

/**
 * Listens for authorization responses on this machine alone, on both of its loopback addresses where it has
 * two, because browsers differ in which of them `localhost` is.
 *
 * @param port 0 for any free one
 * @param onResponse takes the query as it was sent, and says whether somebody waited for it; never rejects
 * @throws the system's error, for example `EADDRINUSE`
 * @see RFC 8252, section 7.3
 */
export async function listenAtLoopback(
  port: number,
  onResponse: (query: string) => Promise<boolean>,
): Promise<LoopbackServer> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    // Put together as text: what is no address by itself, such as "//", must not throw here.
    const target = `http://localhost${request.url}`;
    const url = URL.canParse(target) ? new URL(target) : undefined;
    response.setHeader('connection', 'close');
    if (request.method !== 'GET' || url?.pathname !== '/callback') {
      response.writeHead(404).end();
      return;
    }
    void onResponse(url.search.slice(1)).then((isWaitedFor) =>
      send(response, isWaitedFor ? received : unexpected),
    );
  };
  const servers = [createServer(answer), createServer(answer)] as const;
  const actual = await listen(servers[0], port, '127.0.0.1');
  await listen(servers[1], actual, '::1').catch(() => undefined);
  return {
    port: actual,
    dispose() {
      for (const server of servers) {
        server.close();
      }
    },
  };
}

interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

// Nothing of the request is in these pages: whoever can make a browser come here writes nothing on them.
const received: Page = {
  status: 200,
  title: 'Back to VS Code',
  text: 'VS Code has received the answer. You can close this tab.',
};
const unexpected: Page = {
  status: 400,
  title: 'Nobody waits for this',
  text: 'This sign-in was finished or cancelled before. Start it again in VS Code.',
};

function send(response: ServerResponse, { status, title, text }: Page): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{display:grid;min-height:90vh;place-content:center;text-align:center}</style>
</head><body><main><h1>${title}</h1><p>${text}</p></main></body></html>`);
}
