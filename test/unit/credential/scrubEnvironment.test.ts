import assert from 'node:assert/strict';
import { helperEnvironment } from '../../../src/core/credential/helperEnvironment.ts';
import { scrubEnvironment } from '../../../src/core/credential/scrubEnvironment.ts';
import { sampleHelperCall } from '../../support/sampleHelperCall.ts';

const removedNames = [
  // Tested with Claude Code 2.1.329 (mcp-json-facts §1.4).
  'MCP_AUTH_IPC_HANDLE',
  'MCPAUTH_IPC_TOKEN',
  'MCPAUTH_KEY',
  'MCPAUTH_SECRET',
  'MCPAUTH_COOKIE',
  'VSCODE_GIT_IPC_AUTH_TOKEN',
  // By the same list.
  'DB_PASSWORD',
  'DB_PASSWD',
  'SIGN_PASSPHRASE',
  'GITHUB_PAT',
  'SENTRY_DSN',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'AWS_CREDENTIAL_FILE',
  'SLACK_WEBHOOK_URL',
  'NPM_CREDS',
  'OPENAI_APIKEY',
  'MYSQL_PWD',
  'DB_PASS',
  'CI_JOB_JWT',
  'AWS_ACCESS_KEY_ID',
  'SSH_AUTH_SOCK',
  'githubToken',
  'clientSecretFile',
  'npm_config_authToken',
  'github_token',
  // Beyond it.
  'PGPASSWORD',
  'VAULTTOKEN',
  'API_KEYS',
  'TOKENS',
];

const survivingNames = [
  'MCPAUTH_IPC_HANDLE',
  'MCPAUTH_NONCE',
  'MCPAUTH_TICKET',
  'MCPAUTH_ACCESS',
  'VSCODE_GIT_IPC_HANDLE',
  'ELECTRON_RUN_AS_NODE',
  'PATH',
  'Path',
  'PWD',
  'OLDPWD',
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'XAUTHORITY',
  'KEYBOARD_LAYOUT',
  'GIT_AUTHOR_NAME',
  'GIT_ASKPASS',
  'PATTERN',
  'PASS',
  'LANG',
];

describe('scrubEnvironment', () => {
  for (const name of removedNames) {
    it(`removes ${name}`, () => {
      const result = scrubEnvironment({ [name]: 'value-1' });
      assert.deepEqual(result, { variables: {}, removedValues: ['value-1'] });
    });
  }

  for (const name of survivingNames) {
    it(`leaves ${name}`, () => {
      // As long as a secret: only the name counts.
      const value = 'a3f1'.repeat(16);
      assert.deepEqual(scrubEnvironment({ [name]: value }), {
        variables: { [name]: value },
        removedValues: [],
      });
    });
  }

  for (const value of [
    'https://me:sesame@proxy.example:8080/',
    'https://sesame@git.example/repository',
    'postgres://me:sesame@db.example/app',
    'redis://:sesame@cache.example',
    'Bearer sesame',
    'Authorization: Basic c2VzYW1l',
  ]) {
    it(`removes what has the value ${value}`, () => {
      assert.deepEqual(scrubEnvironment({ PLAIN: value }).variables, {});
    });
  }

  for (const value of [
    'https://proxy.example:8080/',
    'ssh://git@git.example/repository',
    'https://example.com/@scope/package',
    'Bearers',
    '',
  ]) {
    it(`leaves what has the value "${value}"`, () => {
      assert.deepEqual(scrubEnvironment({ PLAIN: value }).variables, { PLAIN: value });
    });
  }

  it('leaves out what is not set', () => {
    assert.deepEqual(scrubEnvironment({ PLAIN: undefined }), { variables: {}, removedValues: [] });
  });
});

describe('helperEnvironment', () => {
  const environment = { TEAM_TOKEN: 'sesame-4711', SHORT_KEY: 'in', PLAIN: 'value' };
  const call = { ...sampleHelperCall, serverUrl: 'https://internal.example/sesame-4711/mcp' };

  it('takes secrets out for a command that comes with a repository, also out of the URL', () => {
    assert.deepEqual(helperEnvironment({ ...call, isShared: true }, environment), {
      PLAIN: 'value',
      CLAUDE_CODE_MCP_SERVER_NAME: 'internal',
      CLAUDE_CODE_MCP_SERVER_URL: 'https://internal.example/REDACTED/mcp',
    });
  });

  it('leaves everything to a command of the person', () => {
    assert.deepEqual(helperEnvironment({ ...call, isShared: false }, environment), {
      ...environment,
      CLAUDE_CODE_MCP_SERVER_NAME: 'internal',
      CLAUDE_CODE_MCP_SERVER_URL: 'https://internal.example/sesame-4711/mcp',
    });
  });
});
