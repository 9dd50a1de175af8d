import { commands, Disposable, type LogOutputChannel } from 'vscode';
import type { ConsentedAccess } from '../core/access/consentedAccess.ts';
import type { Clock } from '../core/clock.ts';
import type { ServerProbes } from '../core/connection/serverProbes.ts';
import type { CredentialVerdicts } from '../core/credential/credentialVerdicts.ts';
import type { HeadersHelpers } from '../core/credential/headersHelpers.ts';
import type { TokenStore } from '../core/credential/tokenStore.ts';
import type { Inventory } from '../core/inventory.ts';
import type { Log } from '../core/log.ts';
import type { Fetch } from '../core/oauth/oauthFetch.ts';
import type { Redactor } from '../core/redaction.ts';
import type { Authenticator } from '../core/session/authenticator.ts';
import type { SessionRefresher } from '../core/session/refresh.ts';
import type { RegistrationStore } from '../core/session/registrationStore.ts';
import type { ScopeDemands } from '../core/session/scopeDemands.ts';
import type { SessionLocks } from '../core/session/sessionLocks.ts';
import type { SessionStore } from '../core/session/sessionStore.ts';
import type { UserIdentityProvider } from '../core/session/userIdentityProvider.ts';
import type { WindowGroup } from '../core/windows/windowGroup.ts';
import { addAccountCommand } from './addAccountCommand.ts';
import { authenticateAllCommand } from './authenticateAllCommand.ts';
import { authenticateCommand, authenticateWithScopesCommand } from './authenticateCommand.ts';
import {
  authenticateDeviceCommand,
  authenticateNoBrowserCommand,
  authenticateThroughLocalhostCommand,
} from './authenticateOtherwise.ts';
import { cancelAuthenticationCommand } from './cancelAuthenticationCommand.ts';
import { clearClientRegistrationCommand } from './clearClientRegistrationCommand.ts';
import type { ClientPorts } from './clients/clientPorts.ts';
import { stopUsingInClaudeCodeCommand } from './clients/stopUsingInClaudeCodeCommand.ts';
import { stopUsingInCodexCommand } from './clients/stopUsingInCodexCommand.ts';
import { useInClaudeCodeCommand } from './clients/useInClaudeCodeCommand.ts';
import { useInCodexCommand } from './clients/useInCodexCommand.ts';
import { type CommandId, commandIds } from './commandIds.ts';
import type { ConfigurationFiles } from './configurationFiles.ts';
import { copyServerUrlCommand } from './copyServerUrlCommand.ts';
import { copySupportInformationCommand } from './copySupportInformationCommand.ts';
import { createClientMetadataDocumentCommand } from './createClientMetadataDocumentCommand.ts';
import { manageAccessCommand } from './manageAccessCommand.ts';
import { openDefinition } from './openDefinition.ts';
import { pickServer } from './pickServer.ts';
import { refreshTokenCommand } from './refreshTokenCommand.ts';
import { removeTokenCommand } from './removeTokenCommand.ts';
import { renameAccountCommand } from './renameAccountCommand.ts';
import { replaceBridgeCommand } from './replaceBridgeCommand.ts';
import { setTokenCommand } from './setTokenCommand.ts';
import { showError } from './showError.ts';
import { showMenuCommand } from './showMenuCommand.ts';
import { signOutAllCommand } from './signOutAllCommand.ts';
import { signOutCommand } from './signOutCommand.ts';
import { signOutOfIdentityProviderCommand } from './signOutOfIdentityProviderCommand.ts';
import { copyStatusAsJsonCommand, showStatusCommand } from './statusCommands.ts';
import type { StatusDocuments } from './statusDocuments.ts';
import { switchAccountCommand } from './switchAccountCommand.ts';
import { testConnectionCommand } from './testConnectionCommand.ts';
import { isTreeNode } from './treeNode.ts';
import {
  copyUserCodeCommand,
  openVerificationPageCommand,
  pasteRedirectUrlCommand,
} from './waitingCommands.ts';
import type { WaitingViews } from './waitingViews.ts';

/** What the commands work with. */
export interface CommandPorts {
  readonly access: ConsentedAccess;
  readonly inventory: Inventory;
  readonly authenticator: Authenticator;
  readonly refresher: SessionRefresher;
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly helpers: HeadersHelpers;
  readonly redactor: Redactor;
  readonly verdicts: CredentialVerdicts;
  readonly probes: ServerProbes;
  readonly identityProvider: UserIdentityProvider;
  readonly registrations: RegistrationStore;
  readonly demands: ScopeDemands;
  readonly locks: SessionLocks;
  readonly windows: WindowGroup;
  readonly extensionVersion: string;
  /** The redirect URI of this editor that a client metadata document can name. */
  readonly publishedRedirectUri: string | undefined;
  readonly files: ConfigurationFiles;
  readonly waitingViews: WaitingViews;
  readonly statusDocuments: StatusDocuments;
  readonly clients: ClientPorts;
  readonly channel: LogOutputChannel;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
}

type Command = (argument: unknown, ports: CommandPorts) => Promise<void> | void;

const table: Readonly<Record<CommandId, Command>> = {
  [commandIds.authenticate]: authenticateCommand,
  [commandIds.authenticateAll]: authenticateAllCommand,
  [commandIds.authenticateThroughLocalhost]: authenticateThroughLocalhostCommand,
  [commandIds.authenticateNoBrowser]: authenticateNoBrowserCommand,
  [commandIds.authenticateDevice]: authenticateDeviceCommand,
  [commandIds.pasteRedirectUrl]: pasteRedirectUrlCommand,
  [commandIds.copyUserCode]: copyUserCodeCommand,
  [commandIds.openVerificationPage]: openVerificationPageCommand,
  [commandIds.authenticateWithScopes]: authenticateWithScopesCommand,
  [commandIds.addAccount]: addAccountCommand,
  [commandIds.switchAccount]: switchAccountCommand,
  [commandIds.useAccount]: switchAccountCommand,
  [commandIds.renameAccount]: renameAccountCommand,
  [commandIds.refreshToken]: refreshTokenCommand,
  [commandIds.cancelAuthentication]: cancelAuthenticationCommand,
  [commandIds.clearClientRegistration]: clearClientRegistrationCommand,
  [commandIds.createClientMetadataDocument]: (_argument, ports) => createClientMetadataDocumentCommand(ports),
  [commandIds.signOut]: signOutCommand,
  [commandIds.signOutAll]: signOutAllCommand,
  [commandIds.signOutOfIdentityProvider]: signOutOfIdentityProviderCommand,
  [commandIds.setToken]: setTokenCommand,
  [commandIds.removeToken]: removeTokenCommand,
  [commandIds.testConnection]: testConnectionCommand,
  [commandIds.openDefinition]: openDefinitionCommand,
  [commandIds.copyServerUrl]: copyServerUrlCommand,
  [commandIds.showMenu]: (_argument, ports) => showMenuCommand(ports),
  [commandIds.showStatus]: showStatusCommand,
  [commandIds.copyStatusAsJson]: copyStatusAsJsonCommand,
  [commandIds.manageAccess]: (_argument, ports) => manageAccessCommand(ports),
  [commandIds.replaceBridge]: replaceBridgeCommand,
  [commandIds.useInClaudeCode]: useInClaudeCodeCommand,
  [commandIds.useInCodex]: useInCodexCommand,
  [commandIds.stopUsingInClaudeCode]: stopUsingInClaudeCodeCommand,
  [commandIds.stopUsingInCodex]: stopUsingInCodexCommand,
  [commandIds.reload]: reloadCommand,
  [commandIds.copySupportInformation]: (_argument, ports) => copySupportInformationCommand(ports),
  [commandIds.showLog]: (_argument, { channel }) => channel.show(),
};

/** Registers every command of the table. What one throws is shown by {@link showError}. */
export function registerCommands(ports: CommandPorts): Disposable {
  return Disposable.from(
    ...Object.entries(table).map(([id, command]) =>
      commands.registerCommand(id, async (argument: unknown) => {
        try {
          await command(argument, ports);
        } catch (error) {
          showError(error, {}, ports.log);
        }
      }),
    ),
  );
}

async function openDefinitionCommand(argument: unknown, { inventory, clock }: CommandPorts): Promise<void> {
  if (isTreeNode(argument) && argument.kind === 'problem') {
    const source = inventory.snapshot().find(({ id }) => id === argument.id);
    await (source?.problem && openDefinition(source.uri, source.problem.range));
    return;
  }
  const server = await pickServer(
    argument,
    {
      placeholder: 'Open the definition of which server?',
      accepts: () => true,
      noneSentence: 'There is no server.',
    },
    inventory,
    clock.now(),
  );
  if (server) {
    await openDefinition(server.uri, server.definition.range);
  }
}

async function reloadCommand(_argument: unknown, ports: CommandPorts): Promise<void> {
  const { files, sessions, tokens, access, clients } = ports;
  const parts = [files.reload(), sessions.reload(), tokens.reload(), access.reload(), clients.reloadCodex()];
  await Promise.all(parts);
}
