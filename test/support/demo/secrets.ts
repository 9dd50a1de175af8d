/** Wire fields whose values must never show up in a log, a file or a message. */
const SECRET_FIELDS = [
  'access_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'id_token',
  'refresh_token',
  'registration_access_token',
  'state',
  'subject_token',
  'token',
] as const;

/** Secret values of a form or JSON body, or of a parsed query. */
export function fieldSecrets(fields: unknown): string[] {
  if (typeof fields !== 'object' || fields === null) return [];
  const record = fields as Readonly<Record<string, unknown>>;
  return SECRET_FIELDS.flatMap((name) => record[name]).filter((value) => typeof value === 'string');
}

/** Secret values in the query of a URL or request target. */
export function querySecrets(url: string): string[] {
  const start = url.indexOf('?');
  const query = new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
  return SECRET_FIELDS.flatMap((name) => query.getAll(name));
}

/** The secret in an `Authorization` header: a bearer token; for Basic the client secret, also as it is on the wire. */
export function headerSecrets(authorization: string | undefined): string[] {
  const [, scheme = '', credentials = ''] = /^(\S+) +(.+)$/.exec(authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return [credentials];
    case 'basic': {
      const userInfo = Buffer.from(credentials, 'base64').toString();
      const encoded = userInfo.slice(userInfo.indexOf(':') + 1);
      // RFC 6749 section 2.3.1 form-encodes id and secret before Basic.
      return [credentials, ...new URLSearchParams(`secret=${encoded}`).getAll('secret')];
    }
    default:
      return [];
  }
}
