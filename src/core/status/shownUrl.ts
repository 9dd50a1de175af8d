import { withoutOpaqueSegments } from '../redaction.ts';

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}/g;

/** Scheme, host and port, or a variable in their place, and a path. A port that is none may be part of a password. */
const shape =
  /^([a-z][a-z0-9+.-]*:\/\/(?:\[[\da-f:.]+\]|(?:[^/\\@:$]|\$\{\w+\})+)(?::(?:\d+|\$\{\w+\}))?|\$\{\w+\})(\/.*)?$/is;

/**
 * The URL of a definition as others may see it: as written, so that no variable's value is in it, and without what
 * may be a secret: user name and password, query, fragment, the defaults of variables, and opaque parts of its path.
 *
 * @returns `undefined` where the text is no URL, so that nothing says what it is
 */
export function shownUrl(written: string): string | undefined {
  const text = written
    .trim()
    .replace(reference, (_written, name: string) => `\${${name}}`)
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1')
    .replace(/[?#].*$/s, '');
  const [, origin, path = ''] = shape.exec(text) ?? [];
  return origin === undefined ? undefined : `${origin}${withoutOpaqueSegments(path)}`;
}
