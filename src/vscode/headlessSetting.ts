import { ConfigurationTarget, workspace } from 'vscode';

const section = 'mcpAuth';
const key = 'headless.enabled';

/** Whether programs outside of VS Code's terminals find the windows of this user (D5): `mcpAuth.headless.enabled`. */
export const headlessSetting = {
  isOn: (): boolean => workspace.getConfiguration(section).get(key) === true,
  /** For good, and for all windows. */
  turnOn: async (): Promise<void> => {
    await workspace.getConfiguration(section).update(key, true, ConfigurationTarget.Global);
  },
};
