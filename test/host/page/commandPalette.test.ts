import assert from 'node:assert/strict';
import { ConfigurationTarget, commands, Uri, window, workspace } from 'vscode';
import manifest from '../../../package.json' with { type: 'json' };
import { sharedHelper } from '../../../src/core/config/helperCommand.ts';
import { wireEntry } from '../../../src/core/config/wireClaude.ts';
import { codexText } from '../../../src/core/config/wireCodex.ts';
import { type CommandId, commandIds } from '../../../src/vscode/commandIds.ts';
import { copied, eventually, openPaletteStage, type PaletteStage, shownText } from './paletteStage.ts';
import { person } from './person.ts';

/** What the person does once the command is chosen in the palette, and what comes of it. */
interface Case {
  /** What has to hold before. */
  readonly given?: (stage: PaletteStage) => Promise<unknown>;
  readonly when: (run: () => Promise<string>, stage: PaletteStage) => Promise<unknown>;
}

const signedIn = (stage: PaletteStage) => stage.signIn('demo');

async function waitForBrowser(stage: PaletteStage): Promise<URL> {
  const opened = stage.holdBrowser();
  void commands.executeCommand('mcpAuth.authenticate', { kind: 'server', id: stage.server('second').id });
  await stage.untilStep('second', 'waitingForBrowser');
  return await opened;
}

async function waitForDevice(stage: PaletteStage): Promise<void> {
  void commands.executeCommand('mcpAuth.authenticateDevice', { kind: 'server', id: stage.server('demo').id });
  await stage.untilStep('demo', 'waitingForDevice');
}

async function withTwoAccounts(stage: PaletteStage): Promise<void> {
  await stage.signIn('demo');
  stage.user('bob');
  await commands.executeCommand('mcpAuth.addAccount', { kind: 'server', id: stage.server('demo').id });
  assert.equal(stage.server('demo').accounts.length, 2);
}

async function textOf(uri: Uri): Promise<string> {
  return new TextDecoder().decode(await workspace.fs.readFile(uri));
}

const write = (uri: Uri, text: string) => workspace.fs.writeFile(uri, new TextEncoder().encode(text));

const names = (stage: PaletteStage) => stage.server('demo').accounts.map(({ name }) => name);

const cases: Readonly<Record<CommandId, Case | 'onlyInMenus'>> = {
  [commandIds.authenticate]: {
    when: async (run, stage) => {
      await run();
      await person.pick('demo');
      await stage.untilState('demo', 'authenticated');
    },
  },
  [commandIds.authenticateAll]: {
    when: async (run, stage) => {
      await run();
      await stage.untilState('demo', 'authenticated');
      await stage.untilState('second', 'authenticated');
      const summary = await person.see('Authenticated at');
      assert.match(summary, /Authenticated at "demo" and "second"\./);
    },
  },
  [commandIds.authenticateThroughLocalhost]: {
    when: async (run, stage) => {
      await run();
      await person.pick('second');
      await stage.untilState('second', 'authenticated');
      assert.match(
        stage.redirects.at(-1) ?? '',
        /^http:\/\/(localhost:\d+|127\.0\.0\.1:\d+\/proxy\/\d+)\/callback$/,
      );
    },
  },
  [commandIds.authenticateNoBrowser]: {
    when: async (run, stage) => {
      await run();
      await person.pick('second');
      const page = await person.read('This address is on your clipboard');
      await person.accept('This address is on your clipboard');
      await person.type('Paste the address', (await stage.answer(page)).href);
      await stage.untilState('second', 'authenticated');
    },
  },
  [commandIds.authenticateDevice]: {
    when: async (run, stage) => {
      await run();
      await person.pick('demo');
      await stage.untilStep('demo', 'waitingForDevice');
    },
  },
  [commandIds.pasteRedirectUrl]: {
    when: async (run, stage) => {
      const page = await waitForBrowser(stage);
      await run();
      await person.type('Paste the address', (await stage.answer(page.href)).href);
      await stage.untilState('second', 'authenticated');
    },
  },
  [commandIds.copyUserCode]: {
    given: waitForDevice,
    when: async (run) => assert.match(await copied(run), /^[B-Z]{4}-[B-Z]{4}$/),
  },
  [commandIds.openVerificationPage]: {
    given: waitForDevice,
    when: async (run, stage) => {
      const opened = stage.holdBrowser();
      await run();
      assert.equal((await opened).origin, stage.demos.demo.issuer);
    },
  },
  [commandIds.authenticateWithScopes]: {
    when: async (run, stage) => {
      await run();
      await person.pick('demo');
      await person.accept('Scopes to Request from');
      await stage.untilState('demo', 'authenticated');
    },
  },
  [commandIds.addAccount]: {
    given: signedIn,
    when: async (run, stage) => {
      stage.user('bob');
      await run();
      await person.pick('demo');
      await eventually(() => (names(stage).includes('bob@example.com') ? true : undefined));
    },
  },
  [commandIds.switchAccount]: {
    given: withTwoAccounts,
    when: async (run, stage) => {
      await run();
      await person.pick('alice@example.com');
      await eventually(() =>
        stage.server('demo').session?.accountName === 'alice@example.com' ? true : undefined,
      );
    },
  },
  [commandIds.useAccount]: 'onlyInMenus',
  [commandIds.renameAccount]: {
    given: signedIn,
    when: async (run, stage) => {
      await run();
      await person.pick('demo');
      await person.type('Rename Account at', 'Work');
      await eventually(() => (names(stage).includes('Work') ? true : undefined));
    },
  },
  [commandIds.refreshToken]: {
    given: signedIn,
    when: async (run, { demos }) => {
      const before = demos.demo.journal.refreshes.length;
      await run();
      await person.pick('demo');
      assert.match(await person.see('Refreshed the token of'), /It lasts until .*, for 60 min\./);
      assert.equal(demos.demo.journal.refreshes.length, before + 1);
    },
  },
  [commandIds.cancelAuthentication]: {
    given: waitForBrowser,
    when: async (run, stage) => {
      await run();
      await stage.untilState('second', 'needsAuthentication');
    },
  },
  [commandIds.clearClientRegistration]: {
    given: signedIn,
    when: async (run, { demos, pressing }) => {
      await pressing('Clear Client Registration', async () => {
        await run();
        await person.pick(demos.demo.issuer);
      });
      await person.see('Cleared the client registration at');
    },
  },
  [commandIds.createClientMetadataDocument]: {
    when: async (run) => {
      await run();
      await person.type('Create Client Metadata Document', 'https://example.com/mcp-auth.json');
      assert.equal(JSON.parse(await shownText('untitled')).client_id, 'https://example.com/mcp-auth.json');
      await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    },
  },
  [commandIds.signOut]: {
    given: signedIn,
    when: async (run, stage) => {
      const question = await stage.pressing('Sign Out', async () => {
        await run();
        await person.pick('demo');
      });
      assert.equal(question, 'Sign out of "demo" as alice@example.com?');
      await stage.untilState('demo', 'needsAuthentication');
    },
  },
  [commandIds.signOutAll]: {
    given: async (stage) => {
      await stage.signIn('demo');
      await stage.signIn('second');
    },
    when: async (run, stage) => {
      assert.equal(await stage.pressing('Sign Out', run), 'Sign out of all 2 sessions?');
      await person.see('Signed out of 2 sessions.');
      assert.deepEqual(stage.product.sessions.all, []);
    },
  },
  [commandIds.signOutOfIdentityProvider]: {
    given: () => configureIdentityProvider('https://idp.example', 'editor'),
    when: async (run, { pressing }) => {
      try {
        const question = await pressing('Sign Out', run);
        assert.equal(question, 'Sign out of "https://idp.example"?');
        await person.see('You are not signed in at "https://idp.example"');
      } finally {
        await configureIdentityProvider(undefined, undefined);
      }
    },
  },
  [commandIds.setToken]: {
    when: async (run, stage) => {
      const token = await stage.tokenOfSecond();
      await run();
      await person.pick('second');
      await person.type('Set a Token for', token);
      await stage.untilState('second', 'savedToken');
    },
  },
  [commandIds.removeToken]: {
    given: async (stage) => {
      const serverUrl = stage.demos.second.mcpUrl;
      const token = await stage.tokenOfSecond();
      const way = { headerName: 'Authorization', scheme: 'Bearer' };
      await stage.product.tokens.save({ serverUrl, ...way, token, savedAt: Date.now() });
      await stage.untilState('second', 'savedToken');
    },
    when: async (run, stage) => {
      const question = await stage.pressing('Remove Token', async () => {
        await run();
        await person.pick('second');
      });
      assert.equal(question, 'Remove the token for "second"?');
      await stage.untilState('second', 'needsAuthentication');
    },
  },
  [commandIds.manageAccess]: {
    given: async ({ product, demos }) => {
      // Of earlier tests: VS Code 1.105 starts what it is offered by itself.
      for (const entry of product.access.entries) {
        await product.access.revoke(entry);
      }
      const program = { kind: 'claudeCode', id: 'claudeCode', label: 'Claude Code' } as const;
      const entry = { program, serverUrl: demos.demo.mcpUrl, serverName: 'demo' };
      await product.access.decide({ ...entry, decision: 'once' }, 'always');
      const agentMode = { kind: 'agentMode', id: 'vscode.agentMode', label: 'VS Code agent mode' } as const;
      product.access.noteUse({ ...entry, program: agentMode });
    },
    when: async (run, { product }) => {
      const decisions = () => product.access.entries.map(({ decision }) => decision).join();
      const setting = () => workspace.getConfiguration().inspect('mcpAuth.agentMode.servers')?.globalValue;
      await run();
      await person.pick('VS Code agent mode');
      await person.pick('Change to Never');
      await eventually(() => (JSON.stringify(setting()) === '["*","!demo"]' ? true : undefined));
      await person.pick('VS Code agent mode');
      await person.pick('Change to Always');
      await eventually(() => (setting() === undefined ? true : undefined));
      await person.pick('VS Code agent mode');
      await person.pick('Forget This Use');
      await eventually(() => (decisions() === 'always' ? true : undefined));
      await person.pick('Claude Code');
      await person.pick('Change to Never');
      await eventually(() => (decisions() === 'never' ? true : undefined));
      // The list comes back.
      await person.pick('Claude Code');
      await person.pick('Revoke: Ask Again');
      await eventually(() => (decisions() === '' ? true : undefined));
      await run();
      await person.see('No program has used a session of yours yet.');
      await person.see('is no longer offered "demo"');
    },
  },
  [commandIds.replaceBridge]: {
    when: async (run, { file }) => {
      await run();
      await person.pick('bridge');
      await eventually(() => {
        const document = window.activeTextEditor?.document;
        return document?.uri.toString() === file.toString() && document.isDirty ? true : undefined;
      });
      assert.doesNotMatch(window.activeTextEditor?.document.getText() ?? '', /mcp-remote/);
      await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    },
  },
  [commandIds.useInClaudeCode]: {
    given: signedIn,
    when: async (run, { file }) => {
      await run();
      await person.pick('demo');
      await person.pick('In .mcp.json, for everybody who uses this repository');
      await eventually(() => {
        const document = window.activeTextEditor?.document;
        return document?.uri.toString() === file.toString() && document.isDirty ? true : undefined;
      });
      const { mcpServers } = JSON.parse(window.activeTextEditor?.document.getText() ?? '');
      assert.equal(mcpServers.demo.headersHelper, 'mcp-auth headers');
      await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    },
  },
  [commandIds.stopUsingInClaudeCode]: {
    given: async (stage) => {
      const text = await textOf(stage.file);
      await write(stage.file, wireEntry(text, { name: 'demo' }, sharedHelper));
      await stage.untilUsedBy('demo', 'claudeCode');
    },
    when: async (run, stage) => {
      await run();
      await person.pick('demo');
      await stage.untilUsedBy('demo', undefined);
      assert.doesNotMatch(await textOf(stage.file), /headersHelper/);
    },
  },
  [commandIds.useInCodex]: {
    given: signedIn,
    when: async (run, stage) => {
      const question = await stage.pressing('Write', async () => {
        await run();
        await person.pick('demo');
      });
      assert.equal(question, 'Let Codex get the credential of "demo" from MCP Auth?');
      await stage.untilUsedBy('demo', 'codex');
      const text = await textOf(Uri.file(stage.product.codexConfig));
      assert.match(text, /^\[mcp_servers\.demo\]\nurl = "http.*\nhttp_headers_helper = ".* --as codex"\n$/);
      await workspace.fs.delete(Uri.file(stage.product.codexConfig));
      await commands.executeCommand('mcpAuth.reload');
    },
  },
  [commandIds.stopUsingInCodex]: {
    given: async (stage) => {
      const url = stage.demos.demo.mcpUrl;
      const text = codexText({ table: 'demo', url, helper: `mcp-auth headers demo --url ${url} --as codex` });
      await write(Uri.file(stage.product.codexConfig), `model = "x"\n\n${text}\n`);
      await commands.executeCommand('mcpAuth.reload');
      await stage.untilUsedBy('demo', 'codex');
    },
    when: async (run, stage) => {
      await run();
      await person.pick('demo');
      await stage.untilUsedBy('demo', undefined);
      assert.equal(await textOf(Uri.file(stage.product.codexConfig)), 'model = "x"\n');
      await workspace.fs.delete(Uri.file(stage.product.codexConfig));
    },
  },
  [commandIds.testConnection]: {
    given: signedIn,
    when: async (run, { demos }) => {
      const count = () => demos.demo.journal.count(({ url, status }) => url === '/mcp' && status === 200);
      const before = count();
      await run();
      await person.pick('demo');
      await person.see('"demo"');
      await eventually(() => (count() > before ? true : undefined));
    },
  },
  [commandIds.openDefinition]: {
    when: async (run, { file }) => {
      await run();
      await person.pick('second');
      await eventually(() =>
        window.activeTextEditor?.document.uri.toString() === file.toString() ? true : undefined,
      );
    },
  },
  [commandIds.copyServerUrl]: {
    when: async (run, { demos }) => {
      const text = await copied(async () => {
        await run();
        await person.pick('second');
      });
      assert.equal(text, demos.second.mcpUrl);
    },
  },
  [commandIds.showMenu]: {
    when: async (run) => {
      await run();
      await person.pick('Show Status');
      assert.match(await shownText('mcp-auth-status'), /second/);
    },
  },
  [commandIds.showStatus]: {
    when: async (run, stage) => {
      await run();
      assert.match(await shownText('mcp-auth-status'), /^9 MCP servers, \d servers need you\./);
      await stage.signIn('demo');
      await eventually(async () =>
        /Account +alice@example\.com/.test(await shownText('mcp-auth-status')) ? true : undefined,
      );
    },
  },
  [commandIds.copyStatusAsJson]: {
    given: signedIn,
    when: async (run, { demos }) => {
      const text = await copied(run);
      const report = JSON.parse(text);
      assert.equal(report.version, 1);
      const server = report.servers.find(({ name }: { readonly name: string }) => name === 'demo');
      assert.deepEqual([server.state.kind, server.accounts], ['authenticated', 1]);
      for (const secret of demos.demo.journal.secrets) {
        assert.ok(!text.includes(secret));
      }
    },
  },
  [commandIds.reload]: {
    when: async (run, { product }) => {
      const changed = new Promise<void>((resolve) => {
        const subscription = product.inventory.onDidChange(() => {
          subscription.dispose();
          resolve();
        });
      });
      await run();
      await changed;
    },
  },
  [commandIds.copySupportInformation]: {
    when: async (run) => assert.equal(JSON.parse(await copied(run)).version, 1),
  },
  [commandIds.showLog]: {
    when: async (run) => {
      await run();
      assert.match(await shownText('output'), /MCP Auth started/);
    },
  },
};

async function configureIdentityProvider(
  issuer: string | undefined,
  clientId: string | undefined,
): Promise<void> {
  const section = workspace.getConfiguration('mcpAuth.identityProvider');
  await section.update('issuer', issuer, ConfigurationTarget.Global);
  await section.update('clientId', clientId, ConfigurationTarget.Global);
}

const titles = new Map(manifest.contributes.commands.map(({ command, title }) => [command, title]));

describe('through the command palette', function () {
  // Each test is several things that a person does in a page.
  this.timeout(60_000);
  let stage: PaletteStage;
  before(async () => {
    stage = await openPaletteStage();
  });
  beforeEach(() => stage.signOut());
  afterEach(async () => {
    await commands.executeCommand('workbench.action.closeQuickOpen');
    await commands.executeCommand('workbench.action.closeAllEditors');
    await commands.executeCommand('notifications.clearAll');
  });
  after(() => stage.close());

  for (const [id, one] of Object.entries(cases)) {
    const title = titles.get(id) ?? assert.fail(id);
    if (one === 'onlyInMenus') {
      it(`nobody finds ${title}, which only a row can be asked for`, async () => {
        assert.equal(await person.finds(title), false);
      });
    } else {
      it(`a person runs ${title}`, async () => {
        await one.given?.(stage);
        await one.when(() => person.run(title), stage);
      });
    }
  }
});
