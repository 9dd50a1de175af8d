import { commands, window } from 'vscode';
import { AuthError, isCancelled } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { commandIds } from './commandIds.ts';
import { withoutLinks } from './commandLink.ts';

/** What the buttons of an error do, in the context of the command that failed. */
export interface RemedyContext {
  /** Asks whether a server's helper may run, and goes on if so. */
  readonly allowHelper?: (() => Promise<unknown>) | undefined;
  /** Opens the text that the error is about. */
  readonly openDefinition?: (() => Promise<unknown>) | undefined;
  readonly authenticate?: (() => Promise<unknown>) | undefined;
  readonly clearRegistration?: (() => Promise<unknown>) | undefined;
  readonly enterClient?: (() => Promise<unknown>) | undefined;
  readonly setToken?: (() => Promise<unknown>) | undefined;
  readonly retry?: (() => Promise<unknown>) | undefined;
  /** Quoted in front of the sentence, for example the server's name. */
  readonly subject?: string | undefined;
}

interface Button {
  readonly label: string;
  readonly run: () => Promise<unknown>;
}

/**
 * The one place that turns an error into what the user sees: a cancellation into nothing, an
 * {@link AuthError} into its sentence with its remedy as a button, anything else into a pointer to the log.
 * Does not wait for the user.
 */
export function showError(error: unknown, context: RemedyContext, log: Log): void {
  if (isCancelled(error)) {
    return;
  }
  if (!(error instanceof AuthError)) {
    log.error('Unexpected error', { reason: error });
    show('An unexpected error occurred. The log says more.', showLogButton, log);
    return;
  }
  log.warn('Shown to the user', { reason: error });
  const { subject } = context;
  const message = withoutLinks(subject === undefined ? error.message : `${subject}: ${error.message}`);
  if (error.code === 'no_authentication_needed') {
    void window.showInformationMessage(message);
    return;
  }
  show(message, remedyButton(error, context), log);
}

function show(message: string, button: Button | undefined, log: Log): void {
  window.showErrorMessage(message, ...(button ? [button.label] : [])).then(async (chosen) => {
    try {
      await (chosen === undefined ? undefined : button?.run());
    } catch (error) {
      showError(error, {}, log);
    }
  });
}

const showLogButton: Button = {
  label: 'Show Log',
  run: async () => await commands.executeCommand(commandIds.showLog),
};

function remedyButton({ remedy, setting }: AuthError, context: RemedyContext): Button | undefined {
  switch (remedy) {
    case 'allowHelper':
      return context.allowHelper && { label: 'Run Helper…', run: context.allowHelper };
    case 'authenticate':
      return context.authenticate && { label: 'Authenticate', run: context.authenticate };
    case 'clearRegistration':
      return (
        context.clearRegistration && { label: 'Clear Client Registration', run: context.clearRegistration }
      );
    case 'enterClient':
      return context.enterClient && { label: 'Enter Client Credentials', run: context.enterClient };
    case 'manageAccess':
      return {
        label: 'Manage Access',
        run: async () => await commands.executeCommand(commandIds.manageAccess),
      };
    case 'manageTrust':
      return {
        label: 'Manage Workspace Trust',
        run: async () => await commands.executeCommand('workbench.trust.manage'),
      };
    case 'openDefinition':
      return context.openDefinition && { label: 'Open Definition', run: context.openDefinition };
    case 'openSettings':
      return {
        label: 'Open Settings',
        run: async () =>
          await commands.executeCommand(
            'workbench.action.openSettings',
            setting === undefined ? '@ext:mcp-auth.mcp-auth' : `@id:${setting}`,
          ),
      };
    case 'retry':
      return context.retry && { label: 'Try Again', run: context.retry };
    case 'setToken':
      return context.setToken && { label: 'Set Token', run: context.setToken };
    case 'showLog':
      return showLogButton;
    case 'none':
      return undefined;
  }
}
