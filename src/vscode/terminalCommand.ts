import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type ExtensionContext, workspace } from 'vscode';
import type { Disposable } from '../core/disposable.ts';
import type { SessionLocks } from '../core/session/sessionLocks.ts';
import type { TerminalPorts } from '../node/ipc/connectedTerminal.ts';
import { handleVariable, headlessFolder } from '../node/ipc/findWindows.ts';
import { installCommand } from '../node/ipc/installCommand.ts';
import { listenForTerminals, type TerminalListener } from '../node/ipc/listenForTerminals.ts';
import { headlessSetting } from './headlessSetting.ts';
import { variableOptions } from './variableOptions.ts';

/** What offering the terminal command takes. */
export interface TerminalCommandPorts extends TerminalPorts {
  readonly locks: SessionLocks;
}

/**
 * The command `mcp-auth` of this window: puts it on the PATH of every integrated terminal, and answers it (D3). It is
 * there a moment after the window, which does not wait for it.
 */
export class TerminalCommand implements Disposable {
  readonly #context: ExtensionContext;
  readonly #ports: TerminalCommandPorts;
  readonly #subscriptions: readonly Disposable[];
  #listener: TerminalListener | undefined;
  #isDisposed = false;
  /** Resolves when it is offered, or cannot be. Never rejects. */
  readonly offered: Promise<void>;

  constructor(context: ExtensionContext, ports: TerminalCommandPorts) {
    this.#context = context;
    this.#ports = ports;
    this.#subscriptions = [
      workspace.onDidChangeWorkspaceFolders(() => this.#announce()),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('mcpAuth.headless')) {
          this.#announce();
        }
        if (change.affectsConfiguration('mcpAuth.terminalCommand')) {
          this.#setEnvironment();
        }
      }),
    ];
    this.offered = this.#offer();
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
    this.#listener?.dispose();
  }

  async #offer(): Promise<void> {
    const { log, locks } = this.#ports;
    const [sockets, folder] = [
      storageFolder(this.#context, 'terminals'),
      storageFolder(this.#context, commandFolder),
    ];
    if (sockets === undefined || folder === undefined) {
      return;
    }
    try {
      const script = (name: string) => this.#context.asAbsolutePath(`dist/${name}.js`);
      const scripts = [script('terminal'), script('terminalCommands')] as const;
      const installed = installCommand({ folder, scripts, execPath: process.execPath, locks });
      const listener = await listenForTerminals({ ...this.#ports, ...this.#announcement(), folder: sockets });
      if (this.#isDisposed) {
        listener.dispose();
        return;
      }
      this.#listener = listener;
      await installed;
      this.#setEnvironment();
    } catch (reason) {
      log.warn('The command mcp-auth cannot be offered in terminals', { reason });
    }
  }

  /** Terminals that are open already say themselves that they are to be opened anew. */
  #setEnvironment(): void {
    const { environmentVariableCollection: variables } = this.#context;
    const folder = storageFolder(this.#context, commandFolder);
    const isWanted = workspace.getConfiguration('mcpAuth').get('terminalCommand.enabled') !== false;
    // What is persisted would outlive the window that it names.
    variables.persistent = false;
    if (this.#isDisposed || !isWanted || folder === undefined || this.#listener === undefined) {
      variables.clear();
      return;
    }
    variables.description = 'The command `mcp-auth`: status, login and credentials of your MCP servers.';
    const options = variableOptions();
    variables.prepend('PATH', `${folder}${delimiter}`, options);
    // A path and no secret: what it names can be read by this user only.
    variables.replace(handleVariable, this.#listener.handle, options);
  }

  #announce(): void {
    this.#listener
      ?.announce(this.#announcement())
      .catch((reason) =>
        this.#ports.log.warn('This window cannot be found by programs outside of its terminals', { reason }),
      );
  }

  #announcement() {
    return {
      headlessFolder: headlessSetting.isOn() ? headlessFolder(homedir()) : undefined,
      workspaceFolders: (workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .map(({ uri }) => uri.fsPath),
    };
  }
}

/** The absolute path of the command, which stays the same across updates; `undefined` where there is none. */
export function terminalCommandPath(context: ExtensionContext): string | undefined {
  const folder = storageFolder(context, commandFolder);
  return folder && join(folder, process.platform === 'win32' ? 'mcp-auth.cmd' : 'mcp-auth');
}

const commandFolder = 'command';

function storageFolder({ globalStorageUri }: ExtensionContext, name: string): string | undefined {
  return globalStorageUri.scheme === 'file' ? join(globalStorageUri.fsPath, name) : undefined;
}
