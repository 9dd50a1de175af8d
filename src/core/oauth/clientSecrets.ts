import type { ClientRegistration } from './clientRegistration.ts';
import { privateKeySecrets } from './signingKey.ts';

/** What must never be shown of a client, for the redactor to learn. */
export function clientSecrets({ clientSecret, privateKey }: ClientRegistration): readonly string[] {
  return [
    ...(clientSecret === undefined ? [] : [clientSecret]),
    ...(privateKey === undefined ? [] : privateKeySecrets(privateKey)),
  ];
}
