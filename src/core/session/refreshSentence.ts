import { durationText } from '../durationText.ts';
import type { Session } from './session.ts';

/**
 * That a token was refreshed, and until when the new one lasts.
 *
 * @param server what the person calls the server
 * @param now in milliseconds since the epoch
 */
export function refreshSentence(server: string, { tokens }: Session, now: number): string {
  const done = `Refreshed the token of ${JSON.stringify(server)}.`;
  if (tokens.expiresAt === undefined) {
    return `${done} The server does not say until when it lasts.`;
  }
  const time = new Date(tokens.expiresAt).toLocaleTimeString();
  return `${done} It lasts until ${time}, for ${durationText(tokens.expiresAt - now)}.`;
}
