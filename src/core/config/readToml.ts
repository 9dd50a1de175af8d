import { parse } from 'smol-toml';

/**
 * Reads TOML 1.0.
 *
 * @throws Error for what is none; it quotes the text, which may hold secrets
 */
export function readToml(text: string): unknown {
  return parse(text.replace(/^\uFEFF/, ''), { integersAsBigInt: 'asNeeded' });
}
