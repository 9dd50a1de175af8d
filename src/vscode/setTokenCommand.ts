import { window } from 'vscode';
import { checkToken, type TokenVerdict } from '../core/credential/checkToken.ts';
import { adviceFor } from '../core/credential/knownServices.ts';
import type { TokenWay } from '../core/credential/savedToken.ts';
import { quote } from '../core/quote.ts';
import type { ServerSnapshot } from '../core/serverSnapshot.ts';
import { withoutLinks } from './commandLink.ts';
import type { CommandPorts } from './commands.ts';
import { openDefinition } from './openDefinition.ts';
import { pickServer } from './pickServer.ts';
import { showError } from './showError.ts';
import { askToken, type TokenAnswer } from './tokenPrompt.ts';
import { type TokenTarget, takesToken, toTokenTarget } from './tokenTarget.ts';
import { withCancellableProgress } from './withProgress.ts';

/** "Set Token…": asks for a token, and keeps it once the server takes it, in the place of the one before. */
export async function setTokenCommand(argument: unknown, ports: CommandPorts): Promise<void> {
  const server = await pickServer(
    argument,
    {
      placeholder: 'Enter a token for which server?',
      accepts: takesToken,
      noneSentence: 'This workspace has no server that a token can be entered for.',
    },
    ports.inventory,
    ports.clock.now(),
  );
  await (server && setToken(server, ports));
}

/** @param way how the token before went, where that is not as the service expects */
async function setToken(server: ServerSnapshot, ports: CommandPorts, way?: TokenWay): Promise<void> {
  const retry = () => setToken(server, ports, way);
  try {
    const target = toTokenTarget(server, ports.inventory);
    const { serverUrl, canonicalUrl } = target;
    const advice = adviceFor(serverUrl);
    const current = ports.tokens.get(canonicalUrl);
    const answer = await askToken({
      title: `${current ? 'Replace the' : 'Set a'} Token for ${quote(target.name)}`,
      host: serverUrl.host,
      advice,
      way: way ?? current ?? advice,
    });
    if (!answer) {
      return;
    }
    ports.tokens.learn(answer);
    const verdict = await withCancellableProgress(
      `Checking the token for ${quote(target.name)}`,
      (_report, signal) => checkToken({ ...target, token: answer }, ports, signal),
    );
    await settle(
      verdict,
      { id: server.id, target, answer, retry: () => setToken(server, ports, answer) },
      ports,
    );
  } catch (error) {
    const { range, name } = server.definition;
    const open = () => openDefinition(server.uri, range);
    showError(error, { subject: name, retry, openDefinition: open }, ports.log);
  }
}

interface Checked {
  /** Of the server, in the inventory. */
  readonly id: string;
  readonly target: TokenTarget;
  readonly answer: TokenAnswer;
  readonly retry: () => Promise<void>;
}

/** Does what follows from the verdict. Does not wait for what the person makes of it. */
async function settle(verdict: TokenVerdict, checked: Checked, ports: CommandPorts): Promise<void> {
  const name = quote(checked.target.name);
  switch (verdict.kind) {
    case 'accepted':
      await save(checked, ports);
      noteAccepted(checked, ports);
      return;
    case 'rejected': {
      const sentence = `${checked.target.name}: ${verdict.error.message} The token was not saved.`;
      const again = window.showErrorMessage(withoutLinks(sentence), 'Try Again');
      void again.then((chosen) => chosen && checked.retry());
      return;
    }
    case 'notNeeded':
      offer(
        `${name} takes this token, but it lets everybody in, so that this proves nothing. Save it anyway?`,
        checked,
        ports,
      );
      return;
    case 'limited':
      offer(
        `The token for ${name} is good, but may do too little: ${verdict.error.message} Save it anyway?`,
        checked,
        ports,
      );
      return;
    case 'unknown':
      offer(
        `The token for ${name} could not be checked: ${verdict.error.message} Save it anyway?`,
        checked,
        ports,
      );
  }
}

/** The same token may have been refused before. */
function noteAccepted({ id, target }: Checked, { inventory, verdicts }: CommandPorts): void {
  const server = inventory.find(id);
  const credential = server && inventory.contactOf(server)?.credential;
  if (credential?.kind === 'savedToken') {
    verdicts.note(target.canonicalUrl, credential, 'accepted');
  }
}

function offer(question: string, checked: Checked, ports: CommandPorts): void {
  const confirm = 'Save Anyway';
  void window.showWarningMessage(withoutLinks(question), confirm).then(async (chosen) => {
    await (chosen === confirm && save(checked, ports));
  });
}

/** Never throws: a refusal is shown, with a button that tries again. */
async function save(checked: Checked, ports: CommandPorts): Promise<void> {
  const { target, answer } = checked;
  const { headerName, scheme, token } = answer;
  try {
    const savedAt = ports.clock.now();
    await ports.tokens.save({ serverUrl: target.canonicalUrl, headerName, scheme, token, savedAt });
  } catch (error) {
    showError(error, { subject: target.name, retry: () => save(checked, ports) }, ports.log);
    return;
  }
  const saved = `The token for ${quote(target.name)} is saved.${precedence(checked, ports)}`;
  void window.showInformationMessage(withoutLinks(saved));
}

/** Why a token is not sent although it is saved, where that is so. */
function precedence({ id }: Checked, { inventory }: CommandPorts): string {
  const link = inventory.find(id)?.credentials?.find(({ kind }) => kind === 'savedToken');
  return link === undefined || link.applies ? '' : ` It is not used yet. ${link.reason}`;
}
