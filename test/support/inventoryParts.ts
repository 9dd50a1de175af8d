import type { Environment } from '../../src/core/config/expansion.ts';
import type { ProbeOutcome } from '../../src/core/connection/probeOutcome.ts';
import { CredentialVerdicts } from '../../src/core/credential/credentialVerdicts.ts';
import type { HelperCall, HelperOutcome } from '../../src/core/credential/helperCall.ts';
import type { SavedToken } from '../../src/core/credential/savedToken.ts';
import { Emitter } from '../../src/core/event.ts';
import type { InventoryPorts } from '../../src/core/inventoryPorts.ts';

/** What an inventory looks at beside sessions, for tests to set. Call `changed` after a change. */
export class InventoryParts {
  readonly tokens = new Map<string, SavedToken>();
  readonly probes = new Map<string, ProbeOutcome | 'asking'>();
  helper: HelperOutcome = { kind: 'notRun' };
  readonly calls: HelperCall[] = [];
  readonly verdicts = new CredentialVerdicts();
  variables: Environment = {};
  readonly #changed = new Emitter<void>();
  readonly #environmentChanged = new Emitter<void>();

  changed(): void {
    this.#changed.fire();
  }

  environmentChanged(): void {
    this.#environmentChanged.fire();
  }

  get ports(): Pick<
    InventoryPorts,
    'environment' | 'helperDirectory' | 'helpers' | 'probes' | 'tokens' | 'verdicts'
  > {
    const onDidChange = this.#changed.event;
    const parts = this;
    return {
      environment: {
        get variables() {
          return parts.variables;
        },
        onDidChange: this.#environmentChanged.event,
      },
      tokens: { get: (url) => this.tokens.get(url), onDidChange },
      helpers: {
        outcome: (call) => {
          this.calls.push(call);
          return this.helper;
        },
        onDidChange,
      },
      probes: {
        outcome: (url) => {
          const outcome = this.probes.get(url);
          return outcome === 'asking' ? undefined : outcome;
        },
        isAsking: (url) => this.probes.get(url) === 'asking',
        onDidChange,
      },
      verdicts: this.verdicts,
      helperDirectory: () => '/work',
    };
  }
}
