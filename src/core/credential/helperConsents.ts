import type { WorkspaceMemory } from '../session/accountChoices.ts';
import type { HelperCall } from './helperCall.ts';

const key = 'allowedHelpers';

/** The oldest is forgotten first, which costs one question. */
const remembered = 500;

/** What remembering takes. */
export interface HelperConsentPorts {
  /** That of all workspaces: the file is a part of what is allowed. */
  readonly memory: WorkspaceMemory;
  /** A SHA-256 digest, in hex. Synchronous, since a row has to know its state at once. */
  readonly digest: (text: string) => string;
}

/**
 * Which helpers the person has allowed to run: exactly this command, from this file, for this URL, in this folder.
 * What is remembered are hashes, because it lies on disk in the clear, and a command or a URL may hold a secret.
 */
export class HelperConsents {
  readonly #ports: HelperConsentPorts;

  constructor(ports: HelperConsentPorts) {
    this.#ports = ports;
  }

  isAllowed(call: HelperCall): boolean {
    return this.#hashes().includes(this.#hash(call));
  }

  /** Known at once; settles when it is written. */
  async allow(call: HelperCall): Promise<void> {
    const hash = this.#hash(call);
    const others = this.#hashes().filter((one) => one !== hash);
    await this.#ports.memory.update(key, [...others, hash].slice(-remembered));
  }

  #hash({ command, file, serverUrl, workingDirectory }: HelperCall): string {
    return this.#ports.digest(JSON.stringify([command, file, serverUrl, workingDirectory]));
  }

  #hashes(): readonly string[] {
    const value = this.#ports.memory.get(key);
    return Array.isArray(value) ? value.filter((hash) => typeof hash === 'string') : [];
  }
}
