import assert from 'node:assert/strict';
import { commands, Uri, window, workspace } from 'vscode';
import { serverOf, until, untilState } from './inventoryState.ts';
import { type SteeredProduct, steeredProduct } from './steeredProduct.ts';

const encoder = new TextEncoder();

describe('the servers of .mcp.json files', () => {
  let inventory: SteeredProduct['inventory'];
  let file: Uri;
  let original: Uint8Array;

  before(async () => {
    ({ inventory } = await steeredProduct());
    const folder = workspace.workspaceFolders?.find(({ name }) => name === 'two');
    assert.ok(folder);
    file = Uri.joinPath(folder.uri, '.mcp.json');
    original = await workspace.fs.readFile(file);
  });

  afterEach(async () => {
    await workspace.fs.writeFile(file, original);
    await untilState(inventory, ['two', 'socket'], 'headersOnly');
  });

  const write = (text: string) => workspace.fs.writeFile(file, encoder.encode(text));

  it('are listed for every folder of the workspace, each with its state', async () => {
    await untilState(inventory, ['one', 'linear'], 'unreachable');
    const states = inventory
      .snapshot()
      .map(({ label, servers }) => [
        label,
        servers.map(({ definition, state }) => [definition.name, state.kind]),
      ]);
    assert.deepEqual(states, [
      [
        'one',
        [
          ['files', 'stdio'],
          ['internal', 'staticHeader'],
          ['corp', 'headersHelper'],
          ['tracker', 'missingVariable'],
          ['broken', 'invalid'],
          ['linear', 'unreachable'],
        ],
      ],
      ['two', [['socket', 'headersOnly']]],
    ]);
  });

  it('follow the file when it is changed', async () => {
    await write('{ "mcpServers": { "notion": { "type": "http", "url": "http://127.0.0.1:1/mcp" } } }');
    await untilState(inventory, ['two', 'notion'], 'unreachable');
    assert.equal(serverOf(inventory, 'two', 'socket'), undefined);
  });

  it('go when the file is deleted and come when it is created', async () => {
    await workspace.fs.delete(file);
    await until(inventory, () =>
      inventory.snapshot().some(({ label }) => label === 'two') ? undefined : true,
    );
    await write('{ "mcpServers": { "new": { "command": "npx" } } }');
    await untilState(inventory, ['two', 'new'], 'stdio');
  });

  it('go and come when the file is renamed', async () => {
    const away = Uri.joinPath(file, '..', 'elsewhere.json');
    await workspace.fs.rename(file, away);
    await until(inventory, () =>
      inventory.snapshot().some(({ label }) => label === 'two') ? undefined : true,
    );
    await workspace.fs.rename(away, file);
    await untilState(inventory, ['two', 'socket'], 'headersOnly');
  });

  it('give way to one reason while the file is malformed, which opens the file at the place', async () => {
    const text = '{\n  "mcpServers": {\n    "a": { "command" "npx" }\n  }\n}\n';
    await write(text);
    const source = await until(inventory, () =>
      inventory
        .snapshot()
        // It may be read between being emptied and being written.
        .find(({ label, problem }) => label === 'two' && problem?.message.includes('JSON')),
    );
    assert.deepEqual(source.servers, []);
    assert.match(source.problem?.message ?? '', /Not valid JSON: a missing colon/);
    await commands.executeCommand('mcpAuth.openDefinition', { kind: 'problem', id: source.id });
    const editor = window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), file.toString());
    assert.equal(editor.selection.active.line, 2);
    await commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('of a folder that is added come, and go with it', async () => {
    const folders = workspace.workspaceFolders ?? [];
    const [first] = folders;
    assert.ok(first);
    const extra = Uri.joinPath(first.uri, '..', 'three');
    await workspace.fs.createDirectory(extra);
    await workspace.fs.writeFile(
      Uri.joinPath(extra, '.mcp.json'),
      encoder.encode('{ "mcpServers": { "late": { "command": "npx" } } }'),
    );
    workspace.updateWorkspaceFolders(folders.length, 0, { uri: extra, name: 'three' });
    await untilState(inventory, ['three', 'late'], 'stdio');
    workspace.updateWorkspaceFolders(folders.length, 1);
    await until(inventory, () =>
      inventory.snapshot().some(({ label }) => label === 'three') ? undefined : true,
    );
  });
});
