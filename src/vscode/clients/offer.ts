import { window } from 'vscode';
import type { Log } from '../../core/log.ts';
import { withoutLinks } from '../commandLink.ts';
import { showError } from '../showError.ts';

/** A button of a notification. */
export interface FollowUp {
  readonly label: string;
  readonly run: () => Promise<void>;
}

/** Says what was done, with what can be done about it. Does not wait for the person. */
export function offer(message: string, followUps: readonly FollowUp[], log: Log): void {
  const labels = followUps.map(({ label }) => label);
  void window.showInformationMessage(withoutLinks(message), ...labels).then(async (chosen) => {
    try {
      await followUps.find(({ label }) => label === chosen)?.run();
    } catch (error) {
      showError(error, {}, log);
    }
  });
}
