// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the files
import assert from 'node:assert/strict';
import type { Dialect } from '../../../src/core/config/dialect.ts';
import { type Environment, expandForRemote, expandVariables } from '../../../src/core/config/expansion.ts';

const environment: Environment = { HOST: 'mcp.example', EMPTY: '', HOME: '/home/me', NESTED: '${env:HOST}' };
const editors: readonly Dialect[] = [
  { kind: 'vscode', workspaceFolder: '/work/shop' },
  { kind: 'cursor', workspaceFolder: '/work/shop' },
];

describe('variables in the files of editors', () => {
  const rows: readonly {
    readonly text: string;
    readonly to: string;
    readonly missing?: readonly string[];
    readonly inputs?: readonly string[];
  }[] = [
    { text: 'https://${env:HOST}/mcp', to: 'https://mcp.example/mcp' },
    { text: '${env:EMPTY}|${env:NESTED}', to: '|${env:HOST}' },
    { text: '${env:A}${env:B}${env:A}', to: '${env:A}${env:B}${env:A}', missing: ['A', 'B'] },
    { text: '${env:toString}', to: '${env:toString}', missing: ['toString'] },
    { text: 'Bearer ${input:pat} ${input:pat}', to: 'Bearer ${input:pat} ${input:pat}', inputs: ['pat'] },
    {
      text: '${command:x.y} ${config:z}',
      to: '${command:x.y} ${config:z}',
      inputs: ['command:x.y', 'config:z'],
    },
    { text: '${workspaceFolder}/x ${workspaceFolderBasename}', to: '/work/shop/x shop' },
    { text: '${userHome}/.token', to: '/home/me/.token' },
    {
      text: '${HOST} ${HOST:-x} $HOST ${env:} ${input:} ${unknown}',
      to: '${HOST} ${HOST:-x} $HOST ${env:} ${input:} ${unknown}',
    },
  ];
  for (const dialect of editors) {
    for (const { text, to, missing = [], inputs = [] } of rows) {
      it(`become, for ${dialect.kind}, of ${text}: ${to}`, () => {
        assert.deepEqual(expandVariables(text, environment, dialect), { text: to, missing, inputs });
        assert.deepEqual(expandForRemote(text, environment, dialect), { text: to, missing, inputs });
      });
    }
  }

  it('are missing by the name of the place where nobody has said what it is', () => {
    const text = '${workspaceFolder}${workspaceFolderBasename}${userHome}';
    assert.deepEqual(expandVariables(text, {}, { kind: 'vscode' }).missing, [
      'workspaceFolder',
      'workspaceFolderBasename',
      'userHome',
    ]);
    assert.equal(
      expandVariables('${userHome}', { USERPROFILE: 'C:\\me' }, { kind: 'cursor' }).text,
      'C:\\me',
    );
  });
});

describe('variables that Claude Code keeps from remote servers', () => {
  for (const name of [
    'ANTHROPIC_API_KEY',
    'CLAUDE_CODE_OAUTH_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'NPM_TOKEN',
    'CARGO_REGISTRY_TOKEN',
    'TWINE_PASSWORD',
    'HTTPS_PROXY',
    'https_proxy',
    'GOOGLE_OAUTH_ACCESS_TOKEN',
    'OTEL_EXPORTER_OTLP_HEADERS',
  ]) {
    it(`are read as empty: ${name}`, () => {
      const text = `<\${${name}}\${${name}:-default}>`;
      assert.deepEqual(expandForRemote(text, { [name]: 'secret' }), { text: '<>', missing: [], inputs: [] });
      assert.equal(expandVariables(text, { [name]: 'secret' }).text, '<secretsecret>');
      assert.deepEqual(expandForRemote(text, {}).missing, [name]);
    });
  }

  for (const name of [
    'GITHUB_TOKEN',
    'HF_TOKEN',
    'LINEAR_API_KEY',
    'MY_API_KEY',
    'GITHUB_PERSONAL_ACCESS_TOKEN',
  ]) {
    it(`are not ${name}`, () => {
      assert.equal(expandForRemote(`\${${name}}`, { [name]: 'x' }).text, 'x');
    });
  }
});
