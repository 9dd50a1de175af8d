import type { ExtensionContext } from 'vscode';
import { compose } from '../../src/extension.ts';
import type { SteeredProduct } from './steeredProduct.ts';

/** The extension as the host suite runs it: the product, with a browser that the tests steer. */
export async function activate(context: ExtensionContext): Promise<SteeredProduct> {
  const steering: SteeredProduct['steering'] = {
    open: (url) => Promise.reject(new Error(`No test expects a browser at ${url.origin}`)),
  };
  const browser = { open: (url: URL, signal: AbortSignal) => steering.open(url, signal) };
  const parts = await compose(context, { browser });
  return { ...parts, steering };
}
