import { quote } from '../quote.ts';
import { type AppliedCredential, credentialText } from './appliedCredential.ts';
import type { ConnectionReport } from './diagnose.ts';

/**
 * A connection that works, in words: by which credential, what the server calls itself, and how long it takes.
 *
 * @param who the subject of the sentence, for example the quoted name of the server
 */
export function connectionText(
  who: string,
  { serverName, serverVersion, toolCount, milliseconds }: ConnectionReport,
  credential: AppliedCredential,
): string {
  const version = serverVersion === undefined ? '' : ` ${quote(serverVersion.slice(0, 40))}`;
  const facts = [
    serverName === undefined ? undefined : `it calls itself ${quote(serverName.slice(0, 80))}${version}`,
    toolCount === undefined ? undefined : `it offers ${toolCount} ${toolCount === 1 ? 'tool' : 'tools'}`,
    `it takes ${Math.round(milliseconds)} ms`,
  ].filter((fact) => fact !== undefined);
  const accepted =
    credential.kind === 'none' ? 'answers without a credential' : `accepted ${credentialText(credential)}`;
  const rest = facts.length > 1 ? `${facts.slice(0, -1).join(', ')} and ${facts.at(-1)}` : facts[0];
  return `${who} ${accepted}: ${rest}.`;
}
