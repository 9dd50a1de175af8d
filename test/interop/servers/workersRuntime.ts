import { registerHooks } from 'node:module';
import type { RequestHandler } from 'express';

/** As much of Cloudflare's `KVNamespace` as their library uses. Nothing expires. */
export class MemoryKv {
  readonly #values = new Map<string, string>();

  async get(key: string, options?: { readonly type?: string }): Promise<unknown> {
    const value = this.#values.get(key);
    return value !== undefined && options?.type === 'json' ? JSON.parse(value) : (value ?? null);
  }

  async put(key: string, value: string): Promise<void> {
    this.#values.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.#values.delete(key);
  }

  async list({ prefix = '' }: { readonly prefix?: string } = {}) {
    const names = [...this.#values.keys()].filter((key) => key.startsWith(prefix));
    return { keys: names.map((name) => ({ name })), list_complete: true };
  }
}

/**
 * Imports what is written for Workers. Their runtime has a module `cloudflare:workers`, of which an empty class
 * is enough where nobody extends it, and a global that names its settings, without one of which the library
 * complains on the console.
 */
export async function importForWorkers<Module>(load: () => Promise<Module>): Promise<Module> {
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === 'cloudflare:workers'
        ? { url: 'data:text/javascript,export class WorkerEntrypoint {}', shortCircuit: true }
        : nextResolve(specifier, context),
  });
  const compatibilityFlags = { global_fetch_strictly_public: true };
  Object.defineProperty(globalThis, 'Cloudflare', { value: { compatibilityFlags }, configurable: true });
  try {
    return await load();
  } finally {
    Reflect.deleteProperty(globalThis, 'Cloudflare');
    hooks.deregister();
  }
}

/** Serves with a function of web-standard requests and responses, at an origin. */
export function webHandler(origin: string, answer: (request: Request) => Promise<Response>): RequestHandler {
  return async (incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk);
    }
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
    const headers = new Headers();
    for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
      for (const value of values) {
        headers.append(name, value);
      }
    }
    const { method, originalUrl } = incoming;
    const response = await answer(new Request(origin + originalUrl, { method, headers, body }));
    outgoing.status(response.status).setHeaders(response.headers);
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  };
}
