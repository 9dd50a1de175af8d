import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { abortError } from '../core/errors.ts';
import { listen } from './listen.ts';

/** A page that answers once, with a redirect. */
export interface StartPage {
  /** `http://127.0.0.1:<port>/start/<unguessable>`: nothing in it that an opener could damage. */
  readonly url: string;
  dispose(): void;
}

/**
 * Opens a one-shot page on this machine that redirects to `target`, byte for byte. It is for URLs that VS
 * Code would rewrite on their way to the browser. It closes once it has answered, with the signal, or when
 * disposed.
 *
 * @throws AuthError the signal's reason if that is aborted already
 */
export async function openStartPage(target: URL, signal: AbortSignal): Promise<StartPage> {
  const path = `/start/${randomBytes(24).toString('base64url')}`;
  const server = createServer((request, response) => answer(request, response));
  const close = () => {
    server.close();
    server.closeAllConnections();
    signal.removeEventListener('abort', close);
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('connection', 'close');
    if (request.method !== 'GET' || request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    response.on('close', close);
    response
      .writeHead(302, {
        location: target.href,
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      })
      .end();
  }

  server.maxConnections = 8;
  const port = await listen(server, 0, '127.0.0.1');
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) {
    close();
    throw abortError(signal);
  }
  return { url: `http://127.0.0.1:${port}${path}`, dispose: close };
}
