// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the files
import assert from 'node:assert/strict';
import { recogniseBridge } from '../../../src/core/config/bridge.ts';
import { directEntry } from '../../../src/core/config/directEntry.ts';
import { missingVariables } from '../../../src/core/config/missingVariables.ts';
import type { StdioServerDefinition } from '../../../src/core/config/serverDefinition.ts';

const url = 'https://mcp.example/mcp';

function bridgeOf(line: string, env: Readonly<Record<string, string>> = {}) {
  const [command = '', ...args] = line.split(' ');
  return recogniseBridge({ command, args, env });
}

function stdio(args: readonly string[], more: Partial<StdioServerDefinition> = {}): StdioServerDefinition {
  const start = { command: 'npx', args, env: {}, ...more };
  const bridge = recogniseBridge(start);
  const place = { name: 'srv', range: { offset: 0, length: 0 } };
  return { kind: 'stdio', ...place, ...start, ...(bridge ? { bridge } : {}) };
}

describe('recogniseBridge', () => {
  for (const line of [
    `npx mcp-remote ${url}`,
    `npx -y mcp-remote@latest ${url}`,
    `npx --yes mcp-remote@0.1.2 ${url} 3334 --debug`,
    `npx -y --package mcp-remote mcp-remote ${url}`,
    `npx.cmd -y mcp-remote ${url}`,
    `bunx mcp-remote ${url}`,
    `bun x mcp-remote ${url}`,
    `pnpm dlx mcp-remote ${url}`,
    `yarn dlx -q mcp-remote ${url}`,
    `npm exec -- mcp-remote ${url}`,
    `cmd /c npx mcp-remote ${url}`,
    `C:\\Windows\\System32\\cmd.exe /d /s /C npx -y mcp-remote ${url}`,
    `mcp-remote ${url}`,
    `/usr/local/bin/mcp-remote ${url} --allow-http`,
    `npx mcp-remote --header X:1 ${url}`,
    `npx mcp-remote --auth-timeout 60 ${url}`,
  ]) {
    it(`sees through ${line}`, () => {
      assert.equal(bridgeOf(line)?.url, url);
      assert.equal(bridgeOf(line)?.transport, 'http');
    });
  }

  for (const line of [
    `npx -y @scope/mcp-remote ${url}`,
    `npx mcp-remote-client ${url}`,
    'npx mcp-remote',
    'npx mcp-remote serve',
    `npx server --url ${url}`,
    `pnpm mcp-remote ${url}`,
    `bash mcp-remote ${url}`,
    `cmd npx mcp-remote ${url}`,
    'cmd /c',
    'npx -y',
    `node server.js ${url}`,
  ]) {
    it(`sees no bridge in ${line}`, () => {
      assert.equal(bridgeOf(line), undefined);
    });
  }

  it('reads headers, with and without a blank after the colon, and fills in what the entry itself sets', () => {
    const args = [
      'mcp-remote',
      url,
      '--header',
      'Authorization:${AUTH}',
      '--header',
      'X-A: b:c ${D}',
      '--header',
      'bad',
    ];
    assert.deepEqual(recogniseBridge({ command: 'npx', args, env: { AUTH: 'Bearer x' } })?.headers, {
      Authorization: 'Bearer x',
      'X-A': 'b:c ${D}',
    });
  });

  for (const [rest, transport] of [
    ['/mcp --transport sse-only', 'sse'],
    ['/mcp --transport sse-first', 'sse'],
    ['/sse', 'sse'],
    ['/sse/?x=1', 'sse'],
    ['/sse --transport http-only', 'http'],
    ['/mcp --transport http-first', 'http'],
    ['/assess', 'http'],
  ]) {
    it(`leads to ${rest} by ${transport}`, () => {
      assert.equal(bridgeOf(`npx mcp-remote https://mcp.example${rest}`)?.transport, transport);
    });
  }
});

describe('directEntry', () => {
  it('is what the bridge was told', () => {
    assert.deepEqual(directEntry(stdio(['mcp-remote', url])), { type: 'http', url });
    assert.deepEqual(directEntry(stdio(['mcp-remote', `${url}/sse`, '--header', 'K:${V}'])), {
      type: 'sse',
      url: `${url}/sse`,
      headers: { K: '${V}' },
    });
  });

  it('writes variables as the file’s editor does', () => {
    const args = [
      'mcp-remote',
      'https://${HOST}/mcp',
      '--header',
      'K:${env:A} ${input:b} ${C} ${workspaceFolder}',
    ];
    assert.deepEqual(directEntry(stdio(args, { dialect: { kind: 'vscode' } })), {
      type: 'http',
      url: 'https://${env:HOST}/mcp',
      headers: { K: '${env:A} ${input:b} ${env:C} ${workspaceFolder}' },
    });
  });

  it('is nothing for a process of another kind', () => {
    assert.equal(directEntry(stdio(['server'])), undefined);
  });
});

describe('missingVariables', () => {
  it('names what is unset in command, arguments and environment, each once', () => {
    const definition = stdio(['${A}', '${B:-x}', '${SET}'], {
      command: '${C}',
      env: { X: '${A}${D}', Y: 'z' },
    });
    assert.deepEqual(missingVariables(definition, { SET: '' }), ['C', 'A', 'D']);
  });

  it('does not ask for what Claude Code sets itself', () => {
    const args = ['${CLAUDE_PLUGIN_ROOT}/x', '${CLAUDE_PROJECT_DIR:-.}', '${CLAUDE_PROJECT_DIR}'];
    assert.deepEqual(missingVariables(stdio(args), {}), []);
    const editor = { dialect: { kind: 'vscode' } } as const;
    assert.deepEqual(missingVariables(stdio(['${env:CLAUDE_PROJECT_DIR}', '${X}'], editor), {}), [
      'CLAUDE_PROJECT_DIR',
    ]);
  });

  it('does not ask for what a bridge finds in the entry', () => {
    const args = ['mcp-remote', url, '--header', 'Authorization:${AUTH} ${OTHER}'];
    assert.deepEqual(missingVariables(stdio(args, { env: { AUTH: 'Bearer x' } }), {}), ['OTHER']);
    assert.deepEqual(missingVariables(stdio(['server', '${AUTH}'], { env: { AUTH: 'x' } }), {}), ['AUTH']);
  });
});
