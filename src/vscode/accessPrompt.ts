import { window } from 'vscode';
import type { AccessAnswer, AccessPrompt } from '../core/access/accessQuestion.ts';
import { accessQuestionText } from '../core/access/accessText.ts';
import { withoutLinks } from './commandLink.ts';

const answers: Readonly<Record<string, AccessAnswer>> = {
  'Allow Once': 'once',
  'Always Allow': 'always',
  Never: 'never',
};

/**
 * Asks in a notification, never in a dialog: it is no answer to something that the person has just done. VS Code hides
 * it after a while among the others, where it can still be answered; the same once more takes its place.
 */
export const notificationPrompt: AccessPrompt = {
  async ask(request, signal) {
    if (signal.aborted) {
      return undefined;
    }
    const question = withoutLinks(accessQuestionText(request));
    const pressed = await window.showInformationMessage(question, ...Object.keys(answers));
    return pressed === undefined ? undefined : answers[pressed];
  },
};
