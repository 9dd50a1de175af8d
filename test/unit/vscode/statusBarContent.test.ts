import assert from 'node:assert/strict';
import { needsSignIn } from '../../../src/core/session/attention.ts';
import type { ServerState } from '../../../src/core/session/serverState.ts';
import { commandIds } from '../../../src/vscode/commandIds.ts';
import { nextAction } from '../../../src/vscode/nextAction.ts';
import { statusBarContent } from '../../../src/vscode/statusBarContent.ts';
import { sampleServer } from '../../support/sampleServer.ts';
import { sampleTime } from '../../support/sampleSession.ts';
import { sampleStates } from '../../support/sampleStates.ts';

const fine = sampleServer('fine', { state: { kind: 'authenticated', refreshable: true } });
const waiting = sampleServer('waiting');
const over = sampleServer('over', { state: { kind: 'expired' } });
const content = (...servers: readonly (typeof fine)[]) => statusBarContent(servers, sampleTime);

describe('the item in the status bar', () => {
  it('is hidden where there are no servers', () => {
    assert.equal(content(), undefined);
  });

  it('is quiet while no server needs the person', () => {
    const label = 'MCP Auth: no server needs you';
    assert.deepEqual(content(fine), { text: '$(key)', label, isWarning: false, lines: [] });
  });

  it('counts the servers that need the person, and names them', () => {
    assert.deepEqual(content(fine, waiting), {
      text: '$(key) 1',
      label: 'MCP Auth: 1 server needs you',
      isWarning: false,
      lines: [{ name: 'waiting', text: 'needs authentication' }],
    });
  });

  it('warns only where a session is over', () => {
    assert.equal(content(waiting, over)?.isWarning, true);
    assert.equal(content(waiting, over)?.text, '$(key) 2');
  });
});

describe('the next action', () => {
  it('is to authenticate wherever that helps', () => {
    for (const state of Object.values(sampleStates).flat().filter(needsSignIn)) {
      assert.equal(nextAction(state).command, commandIds.authenticate);
    }
  });

  it('is to replace a token that the server has refused, and otherwise to look at what was sent', () => {
    const headerName = 'Authorization';
    const saved = { kind: 'savedToken', headerName } as const;
    const written = { kind: 'staticHeader', headerName, fileName: '.mcp.json' } as const;
    const commandOf = (state: ServerState) => nextAction(state).command;
    assert.equal(commandOf({ ...saved, isRejected: true }), commandIds.setToken);
    assert.equal(commandOf({ ...saved, isRejected: false }), commandIds.testConnection);
    assert.equal(commandOf({ ...written, isRejected: true }), commandIds.openDefinition);
  });

  it('is to set a token where that makes up for a missing variable, and nowhere else', () => {
    const missing = { kind: 'missingVariable', names: ['TOKEN'] } as const;
    assert.equal(nextAction(missing).command, commandIds.openDefinition);
    assert.equal(nextAction({ ...missing, tokenHelps: true }).command, commandIds.setToken);
  });
});
