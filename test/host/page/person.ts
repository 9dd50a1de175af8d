import { commands } from 'vscode';
import type { Deed } from '../../support/vscode/hands.ts';
import { HANDS_URL } from '../../support/vscode/handsService.ts';

/** Has the person at this window do something. @returns what they read, if anything */
async function ask(deed: Deed): Promise<string> {
  const url = process.env[HANDS_URL];
  if (url === undefined) {
    throw new Error(`${HANDS_URL} is not set: nobody sits at this window.`);
  }
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(deed) });
  if (!response.ok) {
    throw new Error(`${JSON.stringify(deed)} could not be done: ${await response.text()}`);
  }
  const { result } = (await response.json()) as { readonly result?: string };
  return result ?? '';
}

/** The person at the window that the tests run in, who has a keyboard. */
export const person = {
  /** @param title of a command of MCP Auth, without the category */
  run: (title: string) => ask({ do: 'run', title: `MCP Auth: ${title}` }),
  pick: (label: string) => ask({ do: 'pick', label }),
  accept: (beside: string) => ask({ do: 'accept', beside }),
  type: (beside: string, text: string) => ask({ do: 'type', beside, text }),
  read: (beside: string) => ask({ do: 'read', beside }),
  /** A notification hides after a while, but not from the list of all. */
  see: async (text: string) => {
    await commands.executeCommand('notifications.showList');
    return await ask({ do: 'see', text });
  },
  /** @param text a part of the notification's */
  press: async (text: string, button: string) => {
    await commands.executeCommand('notifications.showList');
    return await ask({ do: 'press', text, button });
  },
  finds: async (title: string) => (await ask({ do: 'lookFor', title: `MCP Auth: ${title}` })) === 'true',
};
