import { type InputBoxOptions, type QuickPickItem, window, workspace } from 'vscode';
import { AuthError } from '../core/errors.ts';
import type { ClientPrompt } from '../core/oauth/obtainClient.ts';
import { withCancellation } from './withCancellation.ts';

interface Way extends QuickPickItem {
  readonly ask: (options: InputBoxOptions, signal: AbortSignal) => Promise<string | undefined>;
}

const ways: readonly Way[] = [
  { label: '$(folder-opened) Choose a file…', description: 'PEM (PKCS#8) or JWK', ask: chooseFile },
  { label: '$(clippy) Paste the key…', description: 'PEM (PKCS#8) or JWK', ask: paste },
];

/**
 * Asks for the private key of a pre-registered client: a file, or what is pasted into a masked box. What is no
 * usable key is said at once, and asked again.
 */
export const askPrivateKey: ClientPrompt['askPrivateKey'] = async ({ issuer, clientId, check }, signal) => {
  const { host } = new URL(issuer);
  const title = `Private Key for ${host}`;
  const placeHolder = `Private key of client ${JSON.stringify(clientId)}`;
  const prompt = `The private key of client ${JSON.stringify(clientId)}. It signs, and is never sent to ${host}. It is kept in secret storage.`;
  const way = await withCancellation(signal, (token) =>
    window.showQuickPick(ways, { title, placeHolder, ignoreFocusOut: true }, token),
  );
  if (!way) {
    return undefined;
  }
  const validateInput = async (value: string) => await problem(value, check);
  return await way.ask({ title, prompt, validateInput }, signal);
};

async function paste(options: InputBoxOptions, signal: AbortSignal): Promise<string | undefined> {
  const box = { ...options, password: true, ignoreFocusOut: true };
  const value = await withCancellation(signal, (token) => window.showInputBox(box, token));
  return value?.trim();
}

async function chooseFile(options: InputBoxOptions, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    const [uri] =
      (await window.showOpenDialog({ title: options.title ?? '', openLabel: 'Use This Key' })) ?? [];
    if (!uri) {
      return undefined;
    }
    const value = new TextDecoder().decode(await workspace.fs.readFile(uri)).trim();
    const message = await options.validateInput?.(value);
    if (typeof message !== 'string') {
      return value;
    }
    if ((await window.showErrorMessage(message, 'Choose Another File')) === undefined) {
      return undefined;
    }
  }
  return undefined;
}

async function problem(
  value: string,
  check: (privateKey: string) => Promise<void>,
): Promise<string | undefined> {
  try {
    await check(value.trim());
    return undefined;
  } catch (error) {
    return error instanceof AuthError ? error.message : 'This private key cannot be used.';
  }
}
