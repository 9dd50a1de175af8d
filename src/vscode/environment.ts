import { workspace } from 'vscode';
import type { Environment } from '../core/config/expansion.ts';
import {
  effectiveSetting,
  type TerminalEnvironment,
  type TerminalPlatform,
  terminalEnvironment,
} from '../core/config/terminalEnvironment.ts';
import type { Disposable } from '../core/disposable.ts';
import { Emitter } from '../core/event.ts';
import type { Log } from '../core/log.ts';

/** What the environment of a window is made of. */
export interface WindowEnvironmentPorts {
  /** The extension host's own variables. */
  readonly base: Environment;
  /** The system that the extension host runs on, which is that of the terminals. */
  readonly platform: TerminalPlatform;
  readonly log: Log;
}

/** The variables that a new terminal of this window has, as far as its settings tell (C2). */
export class WindowEnvironment implements Disposable {
  readonly #ports: WindowEnvironmentPorts;
  readonly #setting: string;
  readonly #changed = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];
  #current: TerminalEnvironment;

  /** Fires after {@link variables} may have changed. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: WindowEnvironmentPorts) {
    this.#ports = ports;
    this.#setting = `terminal.integrated.env.${ports.platform}`;
    this.#current = this.#read();
    this.#subscriptions = [
      workspace.onDidChangeConfiguration(
        (event) => event.affectsConfiguration(this.#setting) && this.#update(),
      ),
      workspace.onDidGrantWorkspaceTrust(() => this.#update()),
    ];
  }

  /** May hold secrets: a value is never shown, nor sent to another server than the definition's that names it. */
  get variables(): Environment {
    return this.#current.variables;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
    this.#changed.dispose();
  }

  #update(): void {
    this.#current = this.#read();
    this.#changed.fire();
  }

  #read(): TerminalEnvironment {
    const { base, platform, log } = this.#ports;
    const inspected = workspace.getConfiguration().inspect(this.#setting);
    const configured = effectiveSetting(inspected, workspace.isTrusted ? 'trusted' : 'untrusted');
    const result = terminalEnvironment(base, configured, platform);
    if (result.unresolved.length > 0) {
      log.info('Variables whose values only VS Code can tell count as not set', {
        setting: this.#setting,
        names: result.unresolved.join(' '),
      });
    }
    return result;
  }
}

/** The name of a Node.js platform in VS Code's settings. */
export function terminalPlatform(platform: string): TerminalPlatform {
  switch (platform) {
    case 'win32':
      return 'windows';
    case 'darwin':
      return 'osx';
    default:
      return 'linux';
  }
}
