import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigurationTarget, workspace } from 'vscode';
import type { ConfigurationSource } from '../../src/core/config/configurationSource.ts';
import { claudeServerUses } from '../../src/core/config/precedence.ts';
import type { ReadConfiguration } from '../../src/vscode/configurationFiles.ts';
import { type FollowedFiles, followFiles } from './followedFiles.ts';

const remote = { type: 'http', url: 'https://mcp.example/mcp' };

interface Row {
  readonly what: string;
  readonly file: () => string;
  readonly find: (source: ConfigurationSource) => boolean;
  readonly text: (names: readonly string[]) => string;
  readonly place: Partial<ConfigurationSource>;
}

const folderPath = (name: string): string =>
  workspace.workspaceFolders?.find((folder) => folder.name === name)?.uri.fsPath ?? assert.fail(name);

const serversOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, remote]));
const mcpServers = (names: readonly string[]) => JSON.stringify({ mcpServers: serversOf(names) });

describe('the places where servers are configured', () => {
  let files: FollowedFiles;
  let one: string;
  let above: string;

  before(async () => {
    files = await followFiles();
    one = folderPath('one');
    above = dirname(one);
  });

  after(async () => {
    await files.close();
    await workspace.getConfiguration().update('mcpAuth.sources', undefined, ConfigurationTarget.Workspace);
  });

  afterEach(async () => {
    const { state, settings, managed } = files.places;
    const written = [state, settings, managed, join(above, '.mcp.json')];
    const folders = [
      join(above, '.git'),
      ...['.vscode', '.cursor', '.claude'].map((name) => join(one, name)),
    ];
    await Promise.all([...written, ...folders].map((path) => rm(path, { recursive: true, force: true })));
    await files.reload();
  });

  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };

  const rows: readonly Row[] = [
    {
      what: 'a .mcp.json above the workspace folders, once for both',
      file: () => join(above, '.mcp.json'),
      find: ({ fileName }) => fileName === '../.mcp.json',
      text: mcpServers,
      place: { kind: 'project', label: 'workspace' },
    },
    {
      what: 'the servers of user scope in ~/.claude.json',
      file: () => files.places.state,
      find: ({ kind }) => kind === 'user',
      text: (names) => JSON.stringify({ numStartups: 3, projects: {}, mcpServers: serversOf(names) }),
      place: { label: 'You' },
    },
    {
      what: 'the servers of local scope in ~/.claude.json',
      file: () => files.places.state,
      find: ({ kind }) => kind === 'local',
      text: (names) =>
        JSON.stringify({ projects: { '/elsewhere': {}, [one]: { mcpServers: serversOf(names) } } }),
      place: { label: 'You in one' },
    },
    {
      what: 'the managed-mcp.json of an organization',
      file: () => files.places.managed,
      find: ({ kind }) => kind === 'managed',
      text: mcpServers,
      place: { label: 'Your organization', fileName: 'managed-mcp.json' },
    },
    {
      what: '.vscode/mcp.json, comments and all',
      file: () => join(one, '.vscode', 'mcp.json'),
      find: ({ kind }) => kind === 'vscode',
      text: (names) => `{ // ours\n "servers": ${JSON.stringify(serversOf(names))}, }`,
      place: { label: 'one', fileName: '.vscode/mcp.json' },
    },
    {
      what: '.cursor/mcp.json',
      file: () => join(one, '.cursor', 'mcp.json'),
      find: ({ kind }) => kind === 'cursor',
      text: mcpServers,
      place: { label: 'one', fileName: '.cursor/mcp.json' },
    },
  ];

  const untilNames = (find: Row['find'], names: readonly string[] | undefined) =>
    files.until(({ sources }) => {
      const source = sources.find(find);
      const found = source?.configuration.servers.map(({ name }) => name);
      return JSON.stringify(found) === JSON.stringify(names) ? { source } : undefined;
    });

  for (const { what, file, find, text, place } of rows) {
    it(`are followed: ${what} appears, changes, and goes`, async () => {
      await untilNames(find, undefined);
      await write(file(), text(['first']));
      const { source } = await untilNames(find, ['first']);
      for (const [key, value] of Object.entries(place)) {
        assert.equal(source?.[key as keyof ConfigurationSource], value);
      }
      assert.equal(source?.configuration.problem, undefined);
      await write(file(), text(['first', 'second']));
      await untilNames(find, ['first', 'second']);
      await rm(file());
      await untilNames(find, undefined);
    });
  }

  it('go with the folder that they lie in', async () => {
    await write(join(one, '.vscode', 'mcp.json'), '{"servers": {"a": {"command": "npx"}}}');
    await files.until(({ sources }) => sources.find(({ kind }) => kind === 'vscode'));
    await rm(join(one, '.vscode'), { recursive: true });
    await files.until(({ sources }) => (sources.some(({ kind }) => kind === 'vscode') ? undefined : true));
  });

  it('go although VS Code says nothing of a file that was there for a moment only', async () => {
    const file = join(folderPath('two'), '.mcp.json');
    const original = await readFile(file, 'utf8');
    const find: Row['find'] = ({ label }) => label === 'two';
    try {
      await rm(file);
      await untilNames(find, undefined);
      await write(file, mcpServers(['a']));
      // That it has come and that it has gone cancel each other out, unless much time lies between them.
      await files.reload();
      await untilNames(find, ['a']);
      await rm(file);
      await untilNames(find, undefined);
    } finally {
      await write(file, original);
    }
    await untilNames(find, ['socket']);
  });

  it('are, of local scope, those of the repository that the folders lie in, also in a worktree', async () => {
    const untilLocal = (label: string, name: string) =>
      files.until(({ sources }) =>
        sources.find(
          (source) =>
            source.kind === 'local' &&
            source.label === label &&
            source.configuration.servers.some((server) => server.name === name),
        ),
      );
    const projects = {
      [one]: { mcpServers: serversOf(['folder']) },
      [above]: { mcpServers: serversOf(['repository']) },
      '/main': { mcpServers: serversOf(['worktree']) },
    };
    await write(files.places.state, JSON.stringify({ projects }));
    await untilLocal('You in one', 'folder');
    await mkdir(join(above, '.git'));
    await files.reload();
    const { folders } = await untilLocal('You in one, two', 'repository');
    assert.equal(folders.length, 2);
    await rm(join(above, '.git'), { recursive: true });
    await writeFile(join(above, '.git'), 'gitdir: /main/.git/worktrees/feature\n');
    await files.reload();
    await untilLocal('You in one, two', 'worktree');
  });

  it('show nothing of a ~/.claude.json without servers, and report no change of what does not matter', async () => {
    await write(files.places.state, JSON.stringify({ projects: { [one]: { mcpServers: {} } } }));
    await files.reload();
    const before = files.reports;
    await write(files.places.state, JSON.stringify({ numStartups: 4, mcpServers: {} }));
    await write(join(above, '.mcp.json'), mcpServers(['a']));
    await files.until(({ sources }) => sources.find(({ fileName }) => fileName === '../.mcp.json'));
    assert.equal(files.reports, before + 1);
  });

  it('can be switched off and on again, one by one, while they are shown', async () => {
    await write(join(one, '.vscode', 'mcp.json'), '{"servers": {"a": {"command": "npx"}}}');
    await write(join(one, '.cursor', 'mcp.json'), mcpServers(['b']));
    const kinds = ({ sources }: ReadConfiguration) => [...new Set(sources.map(({ kind }) => kind))].sort();
    const untilKinds = (expected: readonly string[]) =>
      files.until((read) => (kinds(read).join() === expected.join() ? true : undefined));
    await untilKinds(['cursor', 'project', 'vscode']);
    const configuration = () => workspace.getConfiguration();
    await configuration().update('mcpAuth.sources', { vscode: false }, ConfigurationTarget.Workspace);
    await untilKinds(['cursor', 'project']);
    await configuration().update(
      'mcpAuth.sources',
      { project: false, cursor: false },
      ConfigurationTarget.Workspace,
    );
    await untilKinds(['vscode']);
    await configuration().update('mcpAuth.sources', undefined, ConfigurationTarget.Workspace);
    await untilKinds(['cursor', 'project', 'vscode']);
  });

  it('tell which entry Claude Code uses, and which it has shadowed', async () => {
    await write(join(above, '.mcp.json'), mcpServers(['internal', 'outer']));
    await write(
      files.places.state,
      JSON.stringify({
        mcpServers: serversOf(['outer', 'mine']),
        projects: { [one]: { mcpServers: serversOf(['tracker']) } },
      }),
    );
    const sources = await files.until((read) =>
      read.sources.some(({ kind }) => kind === 'local') &&
      read.sources.some(({ fileName }) => fileName === '../.mcp.json')
        ? read.sources
        : undefined,
    );
    const uses = claudeServerUses(sources);
    const useOf = (find: Row['find'], name: string) => uses.get(sources.find(find)?.id ?? '')?.get(name);
    const parent: Row['find'] = ({ fileName }) => fileName === '../.mcp.json';
    // The folder "two" has no such server of its own: there the one above counts.
    assert.deepEqual(useOf(parent, 'internal'), { kind: 'used' });
    assert.deepEqual(
      useOf(({ kind }) => kind === 'user', 'outer'),
      {
        kind: 'shadowed',
        by: { label: 'workspace', fileName: '../.mcp.json' },
      },
    );
    assert.equal(useOf(({ kind }) => kind === 'user', 'mine')?.kind, 'used');
    assert.equal(useOf(({ label }) => label === 'one', 'tracker')?.kind, 'shadowed');
  });

  it('tell what Claude Code’s settings approve, from whichever file they are in', async () => {
    const untilApproval = (kind: string, sentence: RegExp) =>
      files.until(({ sources, approvals }) => {
        const source = sources.find(({ label }) => label === 'one');
        const approval = approvals.get(source?.id ?? '')?.get('linear');
        return approval?.kind === kind && sentence.test(approval.sentence) ? approval : undefined;
      });
    await untilApproval('pending', /asks before/);
    const approving = JSON.stringify({ enabledMcpjsonServers: ['linear'] });
    await write(join(one, '.claude', 'settings.json'), approving);
    await untilApproval('pending', /\.claude\/settings\.json approves it .* until you trust/);
    await write(
      files.places.state,
      JSON.stringify({ projects: { [one]: { hasTrustDialogAccepted: true } } }),
    );
    await untilApproval('approved', /: \.claude\/settings\.json approves it/);
    await rm(join(one, '.claude', 'settings.json'));
    await untilApproval('pending', /asks before/);
    await write(files.places.settings, JSON.stringify({ enableAllProjectMcpServers: true }));
    await untilApproval('approved', /settings\.json approves all servers/);
    await write(
      join(one, '.claude', 'settings.local.json'),
      JSON.stringify({ disabledMcpjsonServers: ['linear'] }),
    );
    await untilApproval('rejected', /\.claude\/settings\.local\.json rejects it/);
    await write(
      files.places.state,
      JSON.stringify({ projects: { [one]: { disabledMcpServers: ['linear'] } } }),
    );
    await untilApproval('disabled', /\.claude\.json says so/);
  });
});
