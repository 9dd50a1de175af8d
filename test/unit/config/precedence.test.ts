import assert from 'node:assert/strict';
import type { ConfigurationSource, SourceKind } from '../../../src/core/config/configurationSource.ts';
import {
  type Configuration,
  parseConfiguration,
  rejected,
} from '../../../src/core/config/parseConfiguration.ts';
import { claudeServerUses } from '../../../src/core/config/precedence.ts';

const shop = 'file:///work/shop';
const web = 'file:///work/shop/web';

function servers(names: readonly string[]): Configuration {
  const entries = Object.fromEntries(names.map((name) => [name, { command: 'npx' }]));
  return parseConfiguration(JSON.stringify({ mcpServers: entries }));
}

function source(
  kind: SourceKind,
  uri: string,
  configured: readonly string[] | Configuration,
  folders: readonly string[] = [shop],
): ConfigurationSource {
  const configuration = 'servers' in configured ? configured : servers(configured);
  const id = `${kind} ${uri}`;
  return { id, kind, uri, label: `label of ${id}`, fileName: `file of ${kind}`, folders, configuration };
}

const mcpJson = (folder: string) => `${folder}/.mcp.json`;
const home = 'file:///home/me/.claude.json';

/** By source: name and what becomes of it, with the source that takes its place. */
function look(sources: readonly ConfigurationSource[]) {
  return [...claudeServerUses(sources)].map(([id, uses]) => [
    id,
    Object.fromEntries(
      [...uses].map(([name, use]) => [name, use.kind === 'used' ? 'used' : `${use.kind} by ${use.by.label}`]),
    ),
  ]);
}

describe('claudeServerUses', () => {
  it('puts local before project before user, whatever the order of the sources', () => {
    const user = source('user', home, ['a', 'b', 'c']);
    const project = source('project', mcpJson(shop), ['a', 'b']);
    const local = source('local', home, ['a']);
    const expected = {
      [user.id]: { a: `shadowed by ${local.label}`, b: `shadowed by ${project.label}`, c: 'used' },
      [project.id]: { a: `shadowed by ${local.label}`, b: 'used' },
      [local.id]: { a: 'used' },
    };
    for (const order of [
      [user, project, local],
      [local, user, project],
      [project, local, user],
    ]) {
      assert.deepEqual(Object.fromEntries(look(order)), expected);
    }
  });

  it('lets the nearest .mcp.json win, in each folder for itself', () => {
    const outer = source('project', mcpJson('file:///work'), ['a', 'b'], [shop, web]);
    const middle = source('project', mcpJson(shop), ['a', 'b'], [shop, web]);
    const inner = source('project', mcpJson(web), ['b'], [web]);
    assert.deepEqual(look([middle, outer, inner]), [
      // In the folder "shop" there is no nearer "b".
      [middle.id, { a: 'used', b: 'used' }],
      [outer.id, { a: `shadowed by ${middle.label}`, b: `shadowed by ${middle.label}` }],
      [inner.id, { b: 'used' }],
    ]);
  });

  it('says shadowed only of what is used in no folder', () => {
    const user = source('user', home, ['a', 'b'], [shop, web]);
    const one = source('project', mcpJson(shop), ['a', 'b'], [shop]);
    const two = source('project', mcpJson(web), ['a'], [web]);
    assert.deepEqual(look([one, two, user])[2], [user.id, { a: `shadowed by ${one.label}`, b: 'used' }]);
  });

  it('lets nothing but the organization’s servers count where there are any, even none', () => {
    const project = source('project', mcpJson(shop), ['a']);
    const user = source('user', home, ['b']);
    for (const prescribed of [['a'], []]) {
      const managed = source('managed', 'file:///etc/managed-mcp.json', prescribed, []);
      assert.deepEqual(look([managed, project, user]), [
        [managed.id, Object.fromEntries(prescribed.map((name) => [name, 'used']))],
        [project.id, { a: `ignored by ${managed.label}` }],
        [user.id, { b: `ignored by ${managed.label}` }],
      ]);
    }
  });

  it('leaves out what Claude Code does not load: malformed files and entries, and editors’ files', () => {
    const broken = source('project', mcpJson(shop), {
      ...servers(['a']),
      ...{ problem: rejected('x').problem },
    });
    const managed = source('managed', 'file:///etc/managed-mcp.json', rejected('Not valid JSON.'));
    const invalid = parseConfiguration('{"mcpServers": {"a": {}, "b": {"command": "npx"}}}');
    const local = source('local', home, invalid);
    const user = source('user', home, ['a']);
    const editors = [source('vscode', 'v', ['a']), source('cursor', 'c', ['a'])];
    assert.deepEqual(look([managed, broken, local, ...editors, user]), [
      [local.id, { b: 'used' }],
      [user.id, { a: 'used' }],
    ]);
  });

  it('uses what is the person’s also where no folder is open', () => {
    const user = source('user', home, ['a'], []);
    assert.deepEqual(look([user]), [[user.id, { a: 'used' }]]);
  });

  it('names the place that takes precedence by label and file', () => {
    const project = source('project', mcpJson(shop), ['a']);
    const user = source('user', home, ['a']);
    assert.deepEqual(claudeServerUses([project, user]).get(user.id)?.get('a'), {
      kind: 'shadowed',
      by: { label: project.label, fileName: 'file of project' },
    });
  });

  it('tells names apart that look like properties of every object', () => {
    const project = source('project', mcpJson(shop), ['constructor', 'toString']);
    const user = source('user', home, ['constructor', 'valueOf']);
    assert.deepEqual(look([project, user])[1], [
      user.id,
      { constructor: `shadowed by ${project.label}`, valueOf: 'used' },
    ]);
  });
});
