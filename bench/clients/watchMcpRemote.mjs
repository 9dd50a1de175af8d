/**
 * `node --import` this before mcp-remote: tells the process that has started it when the browser would open, when
 * somebody listens for the redirect, when the browser is back, and when the tokens are on disk. Nothing opens. Plain JavaScript, as it runs before
 * anything else.
 */
import { EventEmitter } from 'node:events';
import fs from 'node:fs/promises';
import { Server } from 'node:http';
import { registerHooks, syncBuiltinESMExports } from 'node:module';

const now = () => Number(process.hrtime.bigint()) / 1e6;
process.once('disconnect', () => process.exit());
const tell = (/** @type {import('./messages.ts').ClientEvent} */ event) => process.send?.(event);

/** In place of what the package `open` exports: a browser that was started without trouble. */
globalThis.benchOpen = async (/** @type {string} */ url) => {
  tell({ kind: 'opened', at: now(), url });
  const child = new EventEmitter();
  setImmediate(() => child.emit('exit', 0));
  return child;
};
registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'open'
      ? { url: 'data:text/javascript,export default globalThis.benchOpen', shortCircuit: true }
      : next(specifier, context);
  },
});

const { emit } = Server.prototype;
/** @this {Server} */
Server.prototype.emit = function (event, ...args) {
  if (event === 'listening') {
    tell({ kind: 'listening' });
  }
  if (event === 'request' && args[0].url.includes('code=')) {
    tell({ kind: 'calledBack', at: now() });
  }
  return emit.call(this, event, ...args);
};

const { rename } = fs;
fs.rename = async (from, to) => {
  await rename(from, to);
  if (String(to).endsWith('tokens.json')) {
    tell({ kind: 'stored', at: now() });
  }
};
syncBuiltinESMExports();
