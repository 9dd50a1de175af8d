import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { generate } from 'selfsigned';

/** Key and certificate of a server or an authority, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const day = 24 * 60 * 60_000;

/** An authority that nobody knows yet. */
export async function createAuthority(name: string): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** What a certificate is for. */
export interface CertificateOptions {
  /** Who issues it; by default its own holder. */
  readonly authority?: Certificate;
  /** For which host; `localhost` by default. */
  readonly host?: string;
  /** It was valid until yesterday. */
  readonly isExpired?: boolean;
}

/** A certificate of a server. */
export async function createCertificate({
  authority,
  host = 'localhost',
  isExpired = false,
}: CertificateOptions = {}): Promise<Certificate> {
  const now = Date.now();
  const made = await generate([{ name: 'commonName', value: host }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notBeforeDate: new Date(now - 9 * day),
    notAfterDate: new Date(isExpired ? now - day : now + 9 * day),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
    ...(authority && { ca: authority }),
  });
  return { key: made.private, cert: made.cert };
}

const challenge: RequestListener = (_request, response) => {
  response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
};

/** A server that speaks TLS with a certificate; by default it wants a credential of whoever trusts that. */
export async function startTlsServer(
  { key, cert }: Certificate,
  listener: RequestListener = challenge,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer({ key, cert }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('no TCP address');
  }
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
