import type { ExtensionContext } from 'vscode';
import { ConsentedAccess } from '../core/access/consentedAccess.ts';
import { TokenStore } from '../core/credential/tokenStore.ts';
import type { Disposable } from '../core/disposable.ts';
import { AccountChoices } from '../core/session/accountChoices.ts';
import { RegistrationStore } from '../core/session/registrationStore.ts';
import { SessionStore } from '../core/session/sessionStore.ts';
import { notificationPrompt } from './accessPrompt.ts';
import { type MeetingPorts, meetWindows, type Windows } from './meetWindows.ts';

/** All that is kept from one window to the next, and what it takes to keep it together with others. */
export interface Storage extends Windows, Disposable {
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly registrations: RegistrationStore;
  readonly access: ConsentedAccess;
}

/** Meets the other windows, and opens what all of them keep in secret storage. */
export function openStorage(context: ExtensionContext, ports: MeetingPorts): Storage {
  const { clock, log, redactor } = ports;
  const choices = new AccountChoices(context.workspaceState);
  const met = meetWindows(context, ports);
  const { windows, secrets } = met;
  const sessions = new SessionStore({ secrets, log, redactor, choices });
  const tokens = new TokenStore({ secrets, log, redactor });
  const registrations = new RegistrationStore(secrets, log);
  const access = new ConsentedAccess({ secrets, clock, log, prompt: notificationPrompt });
  const parts = [windows, secrets, choices, sessions, tokens, access];
  const dispose = () => {
    for (const part of parts) {
      part.dispose();
    }
  };
  return { ...met, sessions, tokens, registrations, access, dispose };
}
