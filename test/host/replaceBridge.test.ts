// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of .mcp.json
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { ConfigurationTarget, commands, Uri, window, workspace } from 'vscode';
import { serverOf, until, untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';

describe('"Replace Bridge with a Direct Entry"', () => {
  let product: SteeredProduct;
  let file: Uri;
  let original: Uint8Array;

  before(async () => {
    product = await steeredProduct();
    const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two');
    assert.ok(folder);
    file = Uri.joinPath(folder.uri, '.mcp.json');
    original = await workspace.fs.readFile(file);
    await setAutoSave('off');
  });

  after(async () => {
    await setAutoSave(undefined);
  });

  /** In a browser VS Code saves by itself, which would hide that the command does not. */
  const setAutoSave = (value: 'off' | undefined) =>
    workspace.getConfiguration('files').update('autoSave', value, ConfigurationTarget.Global);

  afterEach(async () => {
    await commands.executeCommand('workbench.action.files.revert');
    await commands.executeCommand('workbench.action.closeAllEditors');
    await workspace.fs.writeFile(file, original);
    await untilState(product.inventory, ['two', 'socket'], 'headersOnly');
  });

  it('changes the entry in an editor, and nothing else of the file, and saves nothing', async () => {
    const text =
      '{\n  "mcpServers": {\n    "v0": {\n      "command": "npx",\n      "args": ["mcp-remote", "https://mcp.example/mcp", "--header", "X-Key:${KEY}"],\n      "note": "kept"\n    }\n  }\n}\n';
    await workspace.fs.writeFile(file, new TextEncoder().encode(text));
    const { inventory } = product;
    const { id } = await until(inventory, () => serverOf(inventory, 'two', 'v0'));
    await commands.executeCommand('mcpAuth.replaceBridge', { kind: 'server', id });
    const document = window.activeTextEditor?.document;
    assert.equal(document?.uri.toString(), file.toString());
    assert.equal(document.isDirty, true);
    assert.equal(
      document.getText(),
      '{\n  "mcpServers": {\n    "v0": {\n      "type": "http",\n      "url": "https://mcp.example/mcp",\n      "headers": {\n        "X-Key": "${KEY}"\n      },\n      "note": "kept"\n    }\n  }\n}\n',
    );
    assert.equal(new TextDecoder().decode(await workspace.fs.readFile(file)), text);
  });

  it('leaves a file alone that an organization manages', async () => {
    const { inventory, claude } = product;
    const entry = { command: 'npx', args: ['mcp-remote', 'https://mcp.example/mcp'] };
    await writeFile(claude.managed, JSON.stringify({ mcpServers: { theirs: entry } }));
    const { id } = await until(inventory, () => serverOf(inventory, 'Your organization', 'theirs'));
    await commands.executeCommand('mcpAuth.replaceBridge', { kind: 'server', id });
    assert.equal(window.activeTextEditor, undefined);
    await rm(claude.managed);
    await until(
      inventory,
      () => serverOf(inventory, 'Your organization', 'theirs') === undefined || undefined,
    );
  });
});
