const redacted = '‹redacted›';

/** Parameters and fields whose value is a secret wherever they appear. Compared without case, `-` and `_`. */
const secretNames = new Set(
  [
    'access_token',
    'actor_token',
    'api_key',
    'apikey',
    'assertion',
    'authorization',
    'client_assertion',
    'client_secret',
    'code',
    'code_challenge',
    'code_verifier',
    'cookie',
    'device_code',
    'id_token',
    'key',
    'nonce',
    'password',
    'refresh_token',
    'registration_access_token',
    'secret',
    'set_cookie',
    'sig',
    'signature',
    'state',
    'subject_token',
    'token',
    'user_code',
  ].map(foldName),
);

/** Headers whose whole value is a secret, spaces included. */
const headers = /(?<![\w-])((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[=:]\s*["']?)[^"'\r\n]+/gi;
const pairs = /(?<![\w-])([\w-]+)(["']?\s*[=:]\s*)("[^"]*"?|'[^']*'?|[^\s"'&,;})\]]+)/g;
const credentials = /\b(Bearer|Basic|DPoP)\s+[A-Za-z0-9._~+/=-]{6,}/gi;
const jsonWebToken = /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)*/g;
const urls = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"<>]+/gi;

/** A path segment this long that has a digit in it may be a credential (webhook-style URLs). */
const opaqueSegment = /^(?=.*\d)[\w~.%+=-]{20,}$/;

/** A path of a URL without what may be a credential in it. */
export function withoutOpaqueSegments(path: string): string {
  return path
    .split('/')
    .map((segment) => (opaqueSegment.test(segment) ? '…' : segment))
    .join('/');
}

/** Characters that could forge a line of the log, or the order in which it reads. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const minimumLength = 6;
const remembered = 512;

/**
 * The one function that log lines and reports pass through. It removes what it was taught is secret, and
 * what looks like a secret by the name it stands under or by its own shape.
 */
export class Redactor {
  /** Insertion order is age: the oldest is forgotten first, so that memory stays bounded. */
  readonly #secrets = new Set<string>();

  /** Teaches a value that must never be shown. Empty and very short values are not remembered. */
  learn(secret: string | undefined): void {
    if (secret === undefined || secret.length < minimumLength) {
      return;
    }
    for (const form of writtenForms(secret)) {
      this.#secrets.delete(form);
      this.#secrets.add(form);
    }
    for (const oldest of this.#secrets) {
      if (this.#secrets.size <= remembered) {
        break;
      }
      this.#secrets.delete(oldest);
    }
  }

  /** The text without secrets, on one line: control characters, which could forge log lines, are escaped. */
  text(text: string): string {
    return this.#withoutSecrets(text).replace(unprintable, escapeCharacter);
  }

  /** A named value as it may be written to the log. */
  field(name: string, value: unknown): string {
    if (isSecretName(name)) {
      return redacted;
    }
    if (value instanceof URL) {
      return this.text(value.href);
    }
    if (value instanceof Error) {
      return this.error(value);
    }
    // Quoted afterwards, since escaped quotes and backslashes would hide a secret.
    return typeof value === 'string'
      ? JSON.stringify(this.#withoutSecrets(value)).replace(unprintable, escapeCharacter)
      : this.text(String(value));
  }

  /** An error and its causes: name, code and message only, never the objects they carry. */
  error(error: unknown): string {
    const lines: string[] = [];
    for (let current = error, depth = 0; current !== undefined && depth < 5; depth++) {
      lines.push(this.text(describeError(current)));
      current = current instanceof Error ? current.cause : undefined;
    }
    return lines.join(' ← ');
  }

  #withoutSecrets(text: string): string {
    let result = text;
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length)) {
      result = result.replaceAll(secret, redacted);
    }
    return result
      .replace(urls, (url) => redactUrl(url))
      .replace(headers, (_match, name: string, separator: string) => `${name}${separator}${redacted}`)
      .replace(credentials, (_match, scheme: string) => `${scheme} ${redacted}`)
      .replace(jsonWebToken, redacted)
      .replace(pairs, (match, name: string, separator: string) =>
        isSecretName(name) ? `${name}${separator}${redacted}` : match,
      );
  }
}

/** A secret as it is, and as URLs, forms and JSON write it. */
function writtenForms(secret: string): ReadonlySet<string> {
  const wellFormed = secret.toWellFormed();
  const encoded = encodeURIComponent(wellFormed);
  return new Set([
    secret,
    encoded,
    encoded.replace(/%../g, (byte) => byte.toLowerCase()),
    new URLSearchParams([['', wellFormed]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ]);
}

function escapeCharacter(character: string): string {
  const escaped = JSON.stringify(character).slice(1, -1);
  return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped;
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    // Causes that are not errors are protocol data (parameters, bodies): their content stays out.
    return typeof error === 'string' ? error : `(${Object.prototype.toString.call(error).slice(8, -1)})`;
  }
  const code = 'code' in error && typeof error.code === 'string' ? ` [${error.code}]` : '';
  return `${error.name}${code}: ${error.message}`;
}

/** Keeps what helps (scheme, host, path, parameter names) and drops user info, values and fragment. */
function redactUrl(text: string): string {
  if (!URL.canParse(text)) {
    return text.replace(/[?#].*$/s, '').replace(/\/\/.*@/s, '//');
  }
  const url = new URL(text);
  const path = withoutOpaqueSegments(url.pathname);
  const names = [...new Set(url.searchParams.keys())].map((name) => encodeURIComponent(name));
  return `${url.protocol}//${url.host}${path}${names.length > 0 ? `?${names.join('&')}` : ''}`;
}

function isSecretName(name: string): boolean {
  const folded = foldName(name);
  return secretNames.has(folded) || /(?:token|secret|password|apikey)$/.test(folded);
}

function foldName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}
