import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isTrustedByClaude, parseClaudeState, projectIn } from '../../../src/core/config/claudeState.ts';
import { findClaudeStateSections } from '../../../src/core/config/claudeStateSections.ts';
import type { Configuration } from '../../../src/core/config/parseConfiguration.ts';
import type { TextRange } from '../../../src/core/config/serverDefinition.ts';
import { anyText } from '../../support/anyText.ts';

const remote = { type: 'http', url: 'https://mcp.example/mcp' };

function slice(text: string, { offset, length }: TextRange): string {
  return text.slice(offset, offset + length);
}

function names({ servers }: Configuration): readonly string[] {
  return servers.map(({ name }) => name);
}

describe('parseClaudeState', () => {
  const state = {
    numStartups: 7,
    tipsHistory: { mcpServers: { no: remote } },
    projects: {
      '/work/shop': {
        history: [{ display: 'say "mcpServers": {"no": {}} \\', pastedContents: {} }],
        mcpServers: { linear: remote, broken: { url: 'x' } },
        enabledMcpjsonServers: ['a'],
        disabledMcpServers: ['b'],
        hasTrustDialogAccepted: true,
      },
      '/work/other': { mcpServers: {}, hasTrustDialogAccepted: false },
      '/work/odd': 3,
    },
    mcpServers: { sentry: remote, files: { command: 'npx' } },
    oauthAccount: { emailAddress: 'me@example.com' },
  };

  for (const [what, space] of [
    ['one line', undefined],
    ['several lines', 2],
    ['tabs', '\t'],
  ] as const) {
    it(`reads the servers of the person and of each project, with their places, from ${what}`, () => {
      const text = JSON.stringify(state, null, space);
      const { user, projects } = parseClaudeState(text);
      assert.deepEqual(names(user), ['sentry', 'files']);
      const shop = projects.get('/work/shop');
      assert.ok(shop);
      assert.deepEqual(names(shop.local), ['linear', 'broken']);
      assert.deepEqual(
        shop.local.servers.map(({ kind }) => kind),
        ['remote', 'invalid'],
      );
      for (const { name, range } of [...user.servers, ...shop.local.servers]) {
        assert.ok(slice(text, range).startsWith(`${JSON.stringify(name)}:`));
        assert.ok(slice(text, range).endsWith('}'));
      }
    });
  }

  it('reads what each project approves and whether it is trusted', () => {
    const { projects } = parseClaudeState(JSON.stringify(state));
    const shop = projects.get('/work/shop');
    assert.deepEqual(shop?.settings, {
      enabledMcpjsonServers: ['a'],
      disabledMcpjsonServers: [],
      disabledMcpServers: ['b'],
      enabledMcpServers: [],
    });
    assert.equal(shop.isTrusted, true);
    assert.equal(projects.get('/work/other')?.isTrusted, false);
    assert.equal(projects.get('/work/odd')?.isTrusted, false);
  });

  it('finds nothing in a file without servers, and nothing wrong with it', () => {
    for (const text of [
      '',
      ' \n',
      '{}',
      '{"mcpServers": {}}',
      '{"projects": {"/a": {"mcpServers": {}}}}',
      '[]',
    ]) {
      const { user } = parseClaudeState(text);
      assert.deepEqual(user, { servers: [] });
    }
  });

  it('says where a file is malformed, and survives any depth', () => {
    const { user } = parseClaudeState('{"mcpServers": {"a" 1}}');
    assert.match(user.problem?.message ?? '', /Not valid JSON: a missing colon/);
    assert.equal(user.problem?.range.offset, 20);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const { problem } = parseClaudeState(`{"mcpServers": {"a": ${deep}}}`).user;
    assert.match(problem?.message ?? '', /nested too deeply/);
    assert.match(parseClaudeState('{"a":'.repeat(100_000)).user.problem?.message ?? '', /nested too deeply/);
    assert.match(parseClaudeState('x'.repeat(5_000_001)).user.problem?.message ?? '', /Not valid JSON/);
  });

  it('trusts what lies below a trusted folder', () => {
    const text = JSON.stringify({ projects: { '/work/shop': { hasTrustDialogAccepted: true } } });
    const read = parseClaudeState(text);
    for (const [path, expected] of [
      ['/work/shop', true],
      ['/work/shop/web', true],
      ['/work/shopping', false],
      ['/work', false],
      ['/', false],
    ] as const) {
      assert.equal(isTrustedByClaude(read, path), expected, path);
    }
    const root = parseClaudeState('{"projects": {"/": {"hasTrustDialogAccepted": true}}}');
    assert.equal(isTrustedByClaude(root, '/anywhere'), true);
  });

  it('finds a project of Windows whatever the case of its drive', () => {
    const project = { hasTrustDialogAccepted: true, mcpServers: { linear: remote } };
    const read = parseClaudeState(JSON.stringify({ projects: { 'c:/work/shop': project } }));
    assert.deepEqual(names(projectIn(read, 'C:/work/shop')?.local ?? { servers: [] }), ['linear']);
    assert.equal(isTrustedByClaude(read, 'C:/work/shop/below'), true);
    assert.equal(isTrustedByClaude(read, 'D:/work/shop'), false);
  });
});

describe('findClaudeStateSections, whatever the file says', () => {
  const noise = fc.dictionary(anyText(), fc.jsonValue(), { maxKeys: 3 });
  const servers = fc.dictionary(anyText(), fc.jsonValue(), { maxKeys: 3 });
  const project = fc
    .tuple(noise, servers, noise)
    .map(([before, mcpServers, after]): object => ({ ...before, ...after, mcpServers }));
  const projects = fc.dictionary(anyText(), project, { maxKeys: 3 });

  it('finds exactly the text of each section', () => {
    fc.assert(
      fc.property(
        noise,
        projects,
        servers,
        fc.constantFrom(undefined, 2, '\t'),
        (others, all, user, space) => {
          const text = JSON.stringify({ ...others, projects: all, mcpServers: user }, null, space);
          const parsed = JSON.parse(text);
          const sections = findClaudeStateSections(text);
          assert.ok(sections.user);
          assert.deepEqual(JSON.parse(slice(text, sections.user)), parsed.mcpServers);
          assert.deepEqual([...sections.projects.keys()].sort(), Object.keys(parsed.projects).sort());
          for (const [path, range] of sections.projects) {
            assert.deepEqual(JSON.parse(slice(text, range)), parsed.projects[path].mcpServers);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
