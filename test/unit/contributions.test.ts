import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import manifest from '../../package.json' with { type: 'json' };
import { commandIds, serversProviderId, serversViewId } from '../../src/vscode/commandIds.ts';
import { paletteFlags } from '../../src/vscode/paletteFlags.ts';
import type { SourceSwitch } from '../../src/vscode/sources/sourceSwitches.ts';
import { inProject } from '../support/paths.ts';
import { stateKinds } from '../support/sampleStates.ts';

const { contributes } = manifest;
const contributed = contributes.commands.map(({ command }) => command);
const { commandPalette, ...ownMenus } = contributes.menus;
const menus = Object.entries(ownMenus).flatMap(([menu, items]) => items.map((item) => ({ menu, ...item })));

/** What may stand behind the kind of state. */
const flags =
  'browser:deviceCode:awaitsResponse:awaitsDevice:mayAddAccount:severalAccounts:bridge:endpoint:testable:refreshable:mayUseInClaudeCode:mayUseInCodex:usedInClaudeCode:usedInCodex';

/** Everything that can be switched off, as the compiler knows it. */
const switches: Readonly<Record<SourceSwitch, true>> = {
  cursor: true,
  local: true,
  managed: true,
  parents: true,
  project: true,
  user: true,
  vscode: true,
};

describe('package.json', () => {
  it('contributes exactly the commands that the code registers, each once', () => {
    assert.deepEqual([...contributed].sort(), Object.values(commandIds).sort());
  });

  it('gives every command a title, an icon and the one category', () => {
    for (const { command, title, category, icon } of contributes.commands) {
      assert.match(title, /^[A-Z]/, command);
      assert.equal(category, 'MCP Auth', command);
      assert.match(icon, /^\$\([a-z-]+\)$/, command);
    }
  });

  it('offers in menus only commands that it contributes, each once per place', () => {
    for (const { menu, command } of menus) {
      assert.ok(contributed.includes(command), `${menu}: ${command}`);
    }
    const places = menus.map(({ menu, command, group }) => `${menu} ${command} ${group}`);
    assert.deepEqual(places, [...new Set(places)]);
  });

  it('contributes the view that the code fills, in the container that it contributes', () => {
    const containers = contributes.viewsContainers.activitybar.map(({ id }) => id);
    assert.deepEqual(Object.keys(contributes.views), containers);
    assert.deepEqual(
      Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id)),
      [serversViewId],
    );
  });

  it('contributes the provider of servers for agent mode, which is offered all of them by default', () => {
    assert.deepEqual(
      contributes.mcpServerDefinitionProviders.map(({ id }) => id),
      [serversProviderId],
    );
    assert.deepEqual(contributes.configuration.properties['mcpAuth.agentMode.servers'].default, ['*']);
  });

  it('shows menu items in its own view only', () => {
    for (const { menu, command, when } of menus) {
      assert.ok(when.startsWith(`view == ${serversViewId}`), `${menu}: ${command}`);
    }
  });

  it('tells rows apart by kinds of state that exist', () => {
    for (const { command, when } of menus) {
      const pattern = /viewItem =~ \/(.*)\//.exec(when)?.[1];
      const named = /\^server:\(([\w|]+)\)/.exec(when)?.[1]?.split('|') ?? [];
      for (const kind of named) {
        assert.ok((stateKinds as readonly string[]).includes(kind), `${command}: ${kind}`);
        assert.match(`server:${kind}:${flags}:token:session`, new RegExp(pattern ?? '(?!)'));
      }
    }
  });

  /** What the menu of a row offers, with what stands behind its kind of state. */
  const offered = (row: string) =>
    menus
      .filter(({ menu, group }) => menu === 'view/item/context' && !group.startsWith('inline'))
      .filter(({ when }) => new RegExp(/viewItem =~ \/(.*)\//.exec(when)?.[1] ?? '(?!)').test(row))
      .sort((one, other) => one.group.localeCompare(other.group))
      .map(({ command }) => command.replace('mcpAuth.', ''));

  /** What every server has. */
  const status = ['showStatus', 'copyStatusAsJson'];

  const rows: readonly (readonly [string, readonly string[]])[] = [
    [
      'server:needsAuthentication:browser:deviceCode:endpoint:testable',
      [
        'authenticate',
        'testConnection',
        'authenticateThroughLocalhost',
        'authenticateNoBrowser',
        'authenticateDevice',
        'authenticateWithScopes',
        'setToken',
        'openDefinition',
        'copyServerUrl',
        'clearClientRegistration',
        ...status,
      ],
    ],
    [
      'server:needsAuthentication:endpoint:testable',
      [
        'authenticate',
        'testConnection',
        'authenticateWithScopes',
        'setToken',
        'openDefinition',
        'copyServerUrl',
        'clearClientRegistration',
        ...status,
      ],
    ],
    [
      'server:expired:browser:endpoint:testable:session',
      [
        'authenticate',
        'testConnection',
        'signOut',
        'authenticateThroughLocalhost',
        'authenticateNoBrowser',
        'authenticateWithScopes',
        'setToken',
        'renameAccount',
        'openDefinition',
        'copyServerUrl',
        'clearClientRegistration',
        ...status,
      ],
    ],
    [
      'server:savedToken:endpoint:testable:token',
      [
        'authenticate',
        'testConnection',
        'authenticateWithScopes',
        'setToken',
        'removeToken',
        'openDefinition',
        'copyServerUrl',
        'clearClientRegistration',
        ...status,
      ],
    ],
    [
      'server:missingVariable:endpoint:testable',
      ['testConnection', 'setToken', 'openDefinition', 'copyServerUrl', ...status],
    ],
    ['server:missingVariable', ['openDefinition', 'copyServerUrl', ...status]],
    ['server:headersOnly:endpoint', ['openDefinition', 'copyServerUrl', ...status]],
    [
      'server:authenticated:endpoint:testable:refreshable:token:session',
      [
        'authenticate',
        'testConnection',
        'refreshToken',
        'signOut',
        'authenticateWithScopes',
        'removeToken',
        'renameAccount',
        'openDefinition',
        'copyServerUrl',
        'clearClientRegistration',
        ...status,
      ],
    ],
    ['server:authenticating', ['cancelAuthentication', 'openDefinition', 'copyServerUrl', ...status]],
    [
      'server:authenticating:browser:awaitsResponse',
      [
        'pasteRedirectUrl',
        'cancelAuthentication',
        'authenticateThroughLocalhost',
        'authenticateNoBrowser',
        'openDefinition',
        'copyServerUrl',
        ...status,
      ],
    ],
    [
      'server:authenticating:browser:deviceCode:awaitsDevice',
      [
        'copyUserCode',
        'openVerificationPage',
        'cancelAuthentication',
        'authenticateThroughLocalhost',
        'authenticateNoBrowser',
        'authenticateDevice',
        'openDefinition',
        'copyServerUrl',
        ...status,
      ],
    ],
    ['server:stdio', ['openDefinition', ...status]],
    ['server:invalid', ['openDefinition', ...status]],
    ['source', status],
    ['server:stdio:bridge', ['openDefinition', 'replaceBridge', ...status]],
    [
      'server:authenticated:browser:deviceCode:mayAddAccount:severalAccounts:endpoint:testable:session',
      [
        'authenticate',
        'testConnection',
        'signOut',
        'authenticateWithScopes',
        'addAccount',
        'switchAccount',
        'renameAccount',
        'openDefinition',
        'copyServerUrl',
        'clearClientRegistration',
        ...status,
      ],
    ],
    [
      'server:authenticated:endpoint:testable:mayUseInClaudeCode:usedInCodex:token:session',
      [
        'authenticate',
        'testConnection',
        'signOut',
        'useInClaudeCode',
        'stopUsingInCodex',
        'authenticateWithScopes',
        'removeToken',
        'renameAccount',
        'openDefinition',
        'copyServerUrl',
        'clearClientRegistration',
        ...status,
      ],
    ],
    [
      'server:shadowed:endpoint:testable:mayUseInCodex:usedInClaudeCode',
      ['useInCodex', 'stopUsingInClaudeCode', 'openDefinition', 'copyServerUrl', ...status],
    ],
    ['account:authenticated:used', ['authenticate', 'refreshToken', 'signOut', 'renameAccount']],
    ['account:expired:other', ['useAccount', 'authenticate', 'signOut', 'renameAccount']],
    ['account:refreshing:other', ['useAccount', 'signOut', 'renameAccount']],
  ];
  for (const [row, commands] of rows) {
    it(`offers in the menu of ${row} what leads somewhere`, () => {
      assert.deepEqual(offered(row), commands);
    });
  }

  for (const [row, buttons] of [
    ['server:unreachable:browser:endpoint:testable', ['testConnection', 'authenticate']],
    ['server:savedToken:endpoint:testable:token', ['testConnection', 'setToken']],
    ['server:savedToken:endpoint:token', ['setToken']],
    ['server:staticHeader:endpoint:testable', ['testConnection', 'openDefinition']],
    ['server:headersHelper:endpoint:testable', ['testConnection', 'openDefinition']],
    ['server:helperFailed:endpoint:testable', ['testConnection', 'openDefinition']],
    ['server:missingVariable:endpoint:testable', ['setToken', 'openDefinition']],
    ['server:missingVariable', ['openDefinition']],
    ['server:asksInput:endpoint:testable', ['setToken', 'openDefinition']],
    ['server:noAuthenticationNeeded:endpoint:testable', ['testConnection']],
    ['server:stdio:bridge', ['replaceBridge', 'openDefinition']],
    ['server:stdio', ['openDefinition']],
    ['server:unknown:endpoint:testable', ['authenticate']],
    ['server:authenticated:browser:endpoint:testable:session', ['testConnection', 'signOut']],
    ['account:authenticated:used', []],
    ['account:authenticated:other', ['useAccount']],
    ['account:expired:used', ['authenticate']],
    ['account:needsScopes:other', ['authenticate', 'useAccount']],
  ] as const) {
    it(`has ${buttons.length} buttons on the row of ${row}`, () => {
      const shown = menus
        .filter(({ group }) => group.startsWith('inline'))
        .filter(({ when }) => new RegExp(/viewItem =~ \/(.*)\//.exec(when)?.[1] ?? '(?!)').test(row))
        .sort((one, other) => one.group.localeCompare(other.group))
        .map(({ command }) => command.replace('mcpAuth.', ''));
      assert.deepEqual(shown, buttons);
    });
  }

  it('has at most two buttons on any row', () => {
    const every = flags.split(':').flatMap((flag) => [flag, '']);
    for (const kind of stateKinds) {
      // With all flags, and with each one missing.
      for (const missing of every) {
        const row = ['server', kind, ...flags.split(':').filter((flag) => flag !== missing)].join(':');
        const shown = menus
          .filter(({ group }) => group.startsWith('inline'))
          .filter(({ when }) => new RegExp(/viewItem =~ \/(.*)\//.exec(when)?.[1] ?? '(?!)').test(row));
        assert.ok(shown.length <= 2, `${row}: ${shown.map(({ command }) => command).join(' ')}`);
      }
    }
  });

  it('offers in the palette only while there is something to act on what acts on something', () => {
    const known: readonly string[] = paletteFlags.map(({ key }) => key);
    const conditions = new Map(commandPalette.map(({ command, when }) => [command, when]));
    for (const [command, when] of conditions) {
      assert.ok(contributed.includes(command), command);
      // What only a row says which one it is about has another command in the palette.
      assert.ok(known.includes(when) || command === commandIds.useAccount, when);
    }
    assert.equal(conditions.get(commandIds.useAccount), 'false');
    assert.deepEqual(
      [...conditions.keys()].sort(),
      [
        commandIds.addAccount,
        commandIds.cancelAuthentication,
        commandIds.copyUserCode,
        commandIds.openVerificationPage,
        commandIds.pasteRedirectUrl,
        commandIds.removeToken,
        commandIds.renameAccount,
        commandIds.stopUsingInClaudeCode,
        commandIds.stopUsingInCodex,
        commandIds.switchAccount,
        commandIds.useAccount,
        commandIds.useInClaudeCode,
        commandIds.useInCodex,
      ].sort(),
    );
  });

  it('has a button on the row of every kind of state where there is something to do', () => {
    const patterns = menus
      .filter(({ group }) => group.startsWith('inline'))
      .map(({ when }) => new RegExp(/viewItem =~ \/(.*)\//.exec(when)?.[1] ?? '(?!)'));
    const without = stateKinds.filter(
      (kind) => !patterns.some((one) => one.test(`server:${kind}:endpoint:testable`)),
    );
    assert.deepEqual(without, ['refreshing']);
  });

  it('welcomes to its own view, with links to commands that exist', () => {
    const known = new Set(['vscode.openFolder', 'workbench.trust.manage']);
    for (const { view, contents } of contributes.viewsWelcome) {
      assert.equal(view, serversViewId);
      for (const [, command = ''] of contents.matchAll(/\(command:([\w.]+)/g)) {
        assert.ok(known.has(command) || contributed.includes(command), command);
      }
    }
  });

  it('welcomes in plain words: VS Code shows Markdown there as it is written', () => {
    for (const { contents } of contributes.viewsWelcome) {
      assert.doesNotMatch(contents, /[`*]/);
    }
  });

  it('has one welcome for each kind of workspace without servers: no folder, trusted, not trusted', () => {
    assert.deepEqual(
      contributes.viewsWelcome.map(({ when }) => when),
      [
        'workspaceFolderCount == 0',
        'mcpAuth.hasLooked && workspaceFolderCount != 0 && isWorkspaceTrusted',
        'mcpAuth.hasLooked && workspaceFolderCount != 0 && !isWorkspaceTrusted',
      ],
    );
  });

  it('lets nothing be contacted from an untrusted workspace', () => {
    const contacting: readonly string[] = [
      commandIds.addAccount,
      commandIds.authenticate,
      commandIds.authenticateAll,
      commandIds.authenticateDevice,
      commandIds.authenticateNoBrowser,
      commandIds.authenticateThroughLocalhost,
      commandIds.copyUserCode,
      commandIds.openVerificationPage,
      commandIds.pasteRedirectUrl,
      commandIds.authenticateWithScopes,
      commandIds.refreshToken,
      commandIds.setToken,
      commandIds.signOut,
      commandIds.signOutAll,
      commandIds.testConnection,
      commandIds.useInClaudeCode,
      commandIds.useInCodex,
    ];
    assert.deepEqual(
      contributes.commands
        .filter((command) => 'enablement' in command && command.enablement === 'isWorkspaceTrusted')
        .map(({ command }) => command)
        .sort(),
      [...contacting].sort(),
    );
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  });

  it('activates for a redirect from the browser and for a workspace with a .mcp.json, not for everything', () => {
    assert.deepEqual(manifest.activationEvents, ['onUri', 'onStartupFinished']);
  });

  it('lets no workspace say who the user is, nor which token is sent', () => {
    const theirs = /^mcpAuth\.(?:clientMetadataUrl|identityProvider\.\w+|workloadIdentities)$/;
    const settings = Object.entries(contributes.configuration.properties).filter(([name]) =>
      theirs.test(name),
    );
    assert.equal(settings.length, 5);
    for (const [name, { scope }] of settings) {
      assert.ok(scope === 'application' || scope === 'machine', `${name}: ${scope}`);
    }
  });

  it('has a switch for each place where servers are looked for, with a sentence, and all on', () => {
    const setting = contributes.configuration.properties['mcpAuth.sources'];
    assert.deepEqual(Object.keys(setting.properties).sort(), Object.keys(switches).sort());
    assert.deepEqual(Object.keys(setting.default).sort(), Object.keys(switches).sort());
    for (const [name, on] of Object.entries(setting.default)) {
      assert.equal(on, true, name);
    }
    for (const [name, { type, default: on, description }] of Object.entries(setting.properties)) {
      assert.equal(`${type} ${on}`, 'boolean true', name);
      assert.match(description, /\.json/, name);
    }
  });

  it('names only files that exist', () => {
    const icons = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.views.mcpAuth.map(({ icon }) => icon),
    ];
    for (const icon of icons) {
      assert.ok(existsSync(inProject(icon)), icon);
    }
  });
});
