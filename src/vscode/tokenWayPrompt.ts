import { type QuickPickItem, window } from 'vscode';
import { headerNameProblem, schemeProblem } from '../core/credential/customWay.ts';
import { isSameWay, type TokenAdvice, waysFor } from '../core/credential/knownServices.ts';
import { type TokenWay, wayText } from '../core/credential/savedToken.ts';

/** Asks how a token is sent. `undefined` when the user gave up. */
export async function askTokenWay(
  title: string,
  advice: TokenAdvice,
  current: TokenWay,
): Promise<TokenWay | undefined> {
  const items = waysFor(advice).map((way) => ({
    label: wayText(way),
    description: [
      ...(isSameWay(way, advice) ? [`what ${advice.service} expects`] : []),
      ...(isSameWay(way, current) ? ['chosen'] : []),
    ].join(', '),
    ask: async (): Promise<TokenWay | undefined> => way,
  }));
  const other = { label: 'Another Header…', ask: async () => await askOther(title, current) };
  const choices: readonly (QuickPickItem & Pick<typeof other, 'ask'>)[] = [...items, other];
  const placeHolder = 'How is the token sent?';
  const chosen = await window.showQuickPick(choices, { title, placeHolder, ignoreFocusOut: true });
  return await chosen?.ask();
}

async function askOther(title: string, current: TokenWay): Promise<TokenWay | undefined> {
  const headerName = await window.showInputBox({
    title,
    prompt: 'The name of the header that the server reads the token from.',
    value: current.headerName,
    ignoreFocusOut: true,
    validateInput: headerNameProblem,
  });
  if (headerName === undefined) {
    return undefined;
  }
  const scheme = await window.showInputBox({
    title,
    prompt: `What precedes the token in ${headerName.trim()}. Leave it empty if nothing does.`,
    value: current.scheme ?? '',
    ignoreFocusOut: true,
    validateInput: schemeProblem,
  });
  return scheme === undefined
    ? undefined
    : { headerName: headerName.trim(), ...(scheme.trim() === '' ? {} : { scheme: scheme.trim() }) };
}
