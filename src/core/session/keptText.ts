import type { KnownIssuer } from './knownIssuer.ts';

/** What is remembered of an issuer, each thing in words; nothing for an issuer that is not known. */
export function keptTexts(known: KnownIssuer): readonly string[] {
  const { registrations, preRegistered, entered, metadataDocument, redirectKind, pkceWaivedAt } = known;
  const ids = new Set([
    ...(preRegistered ?? []).map(({ clientId }) => clientId),
    ...(entered ? [entered.clientId] : []),
  ]);
  const count = registrations.length;
  return [
    count > 0 ? [`${count} ${count === 1 ? 'registration' : 'registrations'} of this editor`] : [],
    [...ids].map((id) => `client ID ${JSON.stringify(id)}${hasSecret(known, id) ? ' and its secret' : ''}`),
    metadataDocument ? [`that it ${metadataDocument.outcome} your client metadata document`] : [],
    redirectKind ? [`how its browser page comes back (${redirectKinds[redirectKind]})`] : [],
    pkceWaivedAt === undefined ? [] : ['your decision to sign in without PKCE'],
  ].flat();
}

const redirectKinds = { loopback: 'through localhost', uriHandler: 'to this editor' } as const;

function hasSecret({ preRegistered }: KnownIssuer, clientId: string): boolean {
  return (preRegistered ?? []).some((one) => one.clientId === clientId && one.clientSecret !== '');
}
