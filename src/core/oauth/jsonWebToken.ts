/** Claims of a JWT that nobody has verified: for showing and sorting, never for deciding whom to trust. */
export interface UnverifiedClaims {
  /** `sub` */
  readonly subject?: string | undefined;
  /** `exp`, in milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
}

const compact = /^([\w-]+)\.([\w-]+)\.[\w-]+$/;

/**
 * Reads a signed JWT in compact form.
 *
 * @returns `undefined` for anything else
 * @see RFC 7519, section 7.2
 */
export function readUnverifiedJwt(text: string): UnverifiedClaims | undefined {
  const [, header, payload] = compact.exec(text) ?? [];
  const claims = readPart(payload);
  if (!readPart(header) || !claims) {
    return undefined;
  }
  const { sub, exp } = claims;
  return {
    subject: typeof sub === 'string' ? sub : undefined,
    expiresAt: typeof exp === 'number' ? exp * 1000 : undefined,
  };
}

function readPart(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const bytes = atob((part ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const value: unknown = JSON.parse(
      new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))),
    );
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
