import type { ServerResponse } from 'node:http';

/** What a server does with one request, as data. */
export type Reply =
  | {
      readonly kind: 'complete';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** Bytes as they are, whatever the headers say of them; then the end of the connection. */
  | {
      readonly kind: 'bytes';
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'silence' }
  /** Cuts the connection before a byte of the answer. */
  | { readonly kind: 'reset' }
  /** Sends the beginning of a JSON answer; then nothing more, or the end of the connection. */
  | { readonly kind: 'partial'; readonly body: string; readonly end: 'reset' | 'silence' };

interface ReplyOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(body: unknown, options: ReplyOptions = {}): Reply {
  return text(JSON.stringify(body), 'application/json', options);
}

export function text(body: string, type: string, { status = 200, headers = {} }: ReplyOptions = {}): Reply {
  return { kind: 'complete', status, headers: { 'content-type': type, ...headers }, body };
}

/** HTTP 200 with these bytes, which need not be what the headers say. */
export function bytes(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Reply {
  const described = { 'content-type': 'application/json', 'content-length': String(body.byteLength) };
  return { kind: 'bytes', headers: { ...described, ...headers }, body };
}

/** What a web site says to an address that it does not know, often with status 200. */
export function page(status = 200): Reply {
  return text('<!doctype html><title>Welcome</title><p>This is a page.</p>', 'text/html', { status });
}

/** 401 with this `WWW-Authenticate`, or without any. */
export function unauthorized(challenge?: string): Reply {
  const headers = challenge === undefined ? {} : { 'www-authenticate': challenge };
  return text('', 'text/plain', { status: 401, headers });
}

export function redirect(location: string, status = 302): Reply {
  return { kind: 'complete', status, headers: { location }, body: '' };
}

export const missing: Reply = text('Not found', 'text/plain', { status: 404 });
export const silence: Reply = { kind: 'silence' };
export const reset: Reply = { kind: 'reset' };

export function send(reply: Reply, response: ServerResponse): void {
  switch (reply.kind) {
    case 'complete':
      response.writeHead(reply.status, { ...reply.headers }).end(reply.body);
      return;
    case 'bytes':
      response.writeHead(200, { connection: 'close', ...reply.headers });
      response.write(reply.body, () => response.socket?.end());
      return;
    case 'silence':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'partial':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(reply.body, () => {
        if (reply.end === 'reset') {
          response.socket?.resetAndDestroy();
        }
      });
      return;
  }
}
