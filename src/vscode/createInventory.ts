import { dirname } from 'node:path';
import { type ExtensionContext, Uri, workspace } from 'vscode';
import type { ConfigurationSource } from '../core/config/configurationSource.ts';
import type { ServerProbes } from '../core/connection/serverProbes.ts';
import { CredentialVerdicts } from '../core/credential/credentialVerdicts.ts';
import { HeadersHelpers } from '../core/credential/headersHelpers.ts';
import { HelperConsents } from '../core/credential/helperConsents.ts';
import { Inventory } from '../core/inventory.ts';
import type { InventoryPorts } from '../core/inventoryPorts.ts';
import type { NetworkPorts } from '../core/oauth/oauthFetch.ts';
import type { Redactor } from '../core/redaction.ts';
import { runHelperCommand } from '../node/helperCommand.ts';
import { sha256 } from '../node/sha256.ts';
import { CodexFile } from './clients/codexFile.ts';
import { terminalPlatform, WindowEnvironment } from './environment.ts';
import { createServerProbes } from './serverProbes.ts';
import { type ClaudePlaces, claudePlaces } from './sources/claudePlaces.ts';

/** What the inventory of a window is put together from. */
export interface InventorySurroundings
  extends NetworkPorts,
    Pick<InventoryPorts, 'access' | 'authenticator' | 'demands' | 'refresher' | 'sessions' | 'tokens'> {
  readonly redactor: Redactor;
  readonly claude?: ClaudePlaces | undefined;
  /** Absolute path of the terminal command, where there is one. */
  readonly shimPath?: InventoryPorts['shimPath'];
  /** Absolute path of Codex's `config.toml`. */
  readonly codexConfig: string;
}

/** The inventory, and what credentials come from beside sessions and saved tokens. */
export interface InventoryParts {
  readonly inventory: Inventory;
  readonly environment: WindowEnvironment;
  readonly helpers: HeadersHelpers;
  readonly probes: ServerProbes;
  readonly verdicts: CredentialVerdicts;
  readonly codex: CodexFile;
}

/** Puts together what knows of every server, and of everything that its state follows from. */
export function createInventory(
  context: ExtensionContext,
  { redactor, claude = claudePlaces(), codexConfig, ...surroundings }: InventorySurroundings,
): InventoryParts {
  const { clock, log } = surroundings;
  const platform = terminalPlatform(process.platform);
  const environment = new WindowEnvironment({ base: process.env, platform, log });
  const helpers = new HeadersHelpers({
    run: (call, signal) => runHelperCommand(call, { environment: environment.variables, clock }, signal),
    isTrusted: () => workspace.isTrusted,
    consents: new HelperConsents({ memory: context.globalState, digest: sha256 }),
    clock,
    redactor,
    log,
  });
  const probes = createServerProbes(surroundings);
  const verdicts = new CredentialVerdicts();
  const helperDirectory = (source: ConfigurationSource) => directoryOf(source, claude);
  const codex = new CodexFile(codexConfig, log);
  const inventory = new Inventory({
    ...surroundings,
    codex,
    environment,
    helpers,
    probes,
    verdicts,
    helperDirectory,
  });
  return { inventory, environment, helpers, probes, verdicts, codex };
}

/** Where Claude Code runs the helpers of a source (mcp-json-facts §1.4). */
function directoryOf({ kind, folders, uri }: ConfigurationSource, { settings }: ClaudePlaces): string {
  if (kind === 'user' || kind === 'managed') {
    return dirname(settings);
  }
  const [folder] = folders;
  return folder === undefined ? dirname(Uri.parse(uri).fsPath) : Uri.parse(folder).fsPath;
}
