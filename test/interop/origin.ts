import express, { type Express } from 'express';
import { Journal } from '../support/demo/journal.ts';
import { listen } from '../support/demo/listener.ts';
import { fieldSecrets } from '../support/demo/secrets.ts';

/** An origin whose address is known before what it serves. */
export interface Origin {
  /** Without a trailing slash. */
  readonly url: string;
  readonly app: Express;
  readonly journal: Journal;
  readonly secrets: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function openOrigin(): Promise<Origin> {
  const listener = await listen('127.0.0.1', 0);
  const journal = new Journal();
  const app = express();
  app.use((_request, response, next) => {
    const json = response.json;
    response.json = (body) => {
      journal.addSecrets(fieldSecrets(body));
      return json.call(response, body);
    };
    next();
  });
  journal.watch(listener.server, 'authorization');
  listener.server.on('request', app);
  return {
    url: listener.origin,
    app,
    journal,
    secrets: journal.secrets,
    close: () => listener.close(),
  };
}
