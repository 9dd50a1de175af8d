import { quote } from '../quote.ts';
import type { KnownIssuer } from './knownIssuer.ts';

/** What is remembered of an issuer, each thing in words; nothing for an issuer that is not known. */
export function keptTexts(known: KnownIssuer): readonly string[] {
  const { registrations, preRegistered, entered, metadataDocument, redirectKind, pkceWaivedAt, approvals } =
    known;
  const ids = new Set([
    ...(preRegistered ?? []).map(({ clientId }) => clientId),
    ...(entered ? [entered.clientId] : []),
  ]);
  const count = registrations.length;
  const texts = [
    count > 0 ? [`${count} ${count === 1 ? 'registration' : 'registrations'} of this editor`] : [],
    [...ids].map((id) => `client ID ${quote(id)}${credentialText(known, id)}`),
    metadataDocument ? [`that it ${metadataDocument.outcome} your client metadata document`] : [],
    redirectKind ? [`how its browser page comes back (${redirectKinds[redirectKind]})`] : [],
    pkceWaivedAt === undefined ? [] : ['your decision to sign in without PKCE'],
    approvals?.length ? ['which servers you allowed to have access tokens without a sign-in page'] : [],
  ].flat();
  return texts.length === 0 && known.servers?.length ? ['which servers you signed in to there'] : texts;
}

const redirectKinds = { loopback: 'through localhost', uriHandler: 'to this editor' } as const;

function credentialText({ preRegistered }: KnownIssuer, clientId: string): string {
  const client = (preRegistered ?? []).find((one) => one.clientId === clientId);
  if (client?.privateKey !== undefined) {
    return ' and its private key';
  }
  return client && client.clientSecret !== '' ? ' and its secret' : '';
}
