import assert from 'node:assert/strict';
import { isPermitted, type McpPolicy } from '../../../src/core/handover/mcpPolicy.ts';

const silent: McpPolicy = { access: 'all', allowedServers: null, deniedServers: null };
const subject = { name: 'linear', url: new URL('https://mcp.linear.app/mcp?team=1#top') };

describe('the policy of an organization', () => {
  const rules: readonly (readonly [string, Partial<McpPolicy>, boolean])[] = [
    ['permits everything where it says nothing', {}, true],
    ['permits everything where it is unknown to VS Code', { access: undefined }, true],
    ['permits nothing with access "none"', { access: 'none' }, false],
    ['permits nothing with access "registry", which knows of no file', { access: 'registry' }, false],
    ['permits nothing that is not on its list', { allowedServers: [] }, false],
    ['permits a name on its list', { allowedServers: [{ serverName: 'linear' }] }, true],
    ['tells names apart by case', { allowedServers: [{ serverName: 'Linear' }] }, false],
    [
      'permits a URL on its list',
      { allowedServers: [{ serverUrl: 'https://mcp.linear.app/mcp?team=1' }] },
      true,
    ],
    ['permits no command that a server is not', { allowedServers: [{ serverCommand: ['linear'] }] }, false],
    ['denies a name', { deniedServers: [{ serverName: 'linear' }] }, false],
    ['denies a URL', { deniedServers: [{ serverUrl: 'https://*.linear.app/*' }] }, false],
    ['permits what it does not deny', { deniedServers: [{ serverName: 'sentry' }] }, true],
    [
      'denies what it both allows and denies',
      {
        allowedServers: [{ serverName: 'linear' }],
        deniedServers: [{ serverUrl: 'https://mcp.linear.app/*' }],
      },
      false,
    ],
    [
      'makes nothing of an entry with two keys',
      { deniedServers: [{ serverName: 'linear', serverUrl: 'https://*' }] },
      true,
    ],
    ['makes nothing of an entry of another kind', { deniedServers: ['linear', null, 3, {}] }, true],
    ['is silent where a list is none', { allowedServers: 'linear', deniedServers: { 0: 'linear' } }, true],
  ];
  for (const [title, policy, expected] of rules) {
    it(title, () => assert.equal(isPermitted({ ...silent, ...policy }, subject), expected));
  }
});

describe('a URL pattern of a policy', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['https://mcp.example.com/mcp', 'https://mcp.example.com/mcp', true],
    ['HTTPS://MCP.example.com:443/MCP', 'https://mcp.example.com/mcp', true],
    ['https://mcp.example.com', 'https://mcp.example.com/mcp', false],
    ['mcp.example.com', 'https://mcp.example.com/', false],
    ['https://*.example.com/*', 'https://mcp.example.com/mcp?x=1', true],
    ['https://*.example.com/*', 'https://example.com/mcp', false],
    ['https://*.example.com/*', 'https://mcp.example.com.evil.com/', false],
    ['https://*.example.com/*', 'https://evil.com/a.example.com/', false],
    ['https://*.example.com/*', 'https://evil.com?.example.com/', false],
    ['https://*.example.com/*', 'https://mcp.example.com:8443/', false],
    ['https://*.example.com:*/*', 'https://mcp.example.com:8443/', true],
    ['https://*.example.com:*/*', 'https://mcp.example.com/', true],
    ['https://*.example.com:443/*', 'https://mcp.example.com/', true],
    ['http://*.example.com:80/*', 'http://mcp.example.com/', true],
    ['https://me:pass@*.example.com/*', 'https://mcp.example.com/', true],
    ['https://*.example.com', 'https://mcp.example.com/', true],
    ['https://*.example.com?*', 'https://mcp.example.com/?x', true],
    ['https://*.example.com#part', 'https://mcp.example.com/', true],
    ['https:\\\\*', 'https://mcp.example.com/', false],
    ['https://*/mcp', 'https://mcp.example.com/a/mcp', false],
    ['https://mcp.example.com/*/mcp', 'https://mcp.example.com/a/b/mcp', true],
    ['*://mcp.example.com/*', 'http://mcp.example.com/', true],
    ['*', 'https://mcp.example.com/', false],
    ['http://[::1]:*/*', 'http://[::1]:8080/mcp', true],
    ['http://[::1/*', 'http://[::1]/', false],
    ['https://:443/*', 'https://mcp.example.com/', false],
    ['https://mcp.example.com/(a|b)/*', 'https://mcp.example.com/a/', false],
  ];
  for (const [serverUrl, url, expected] of cases) {
    it(`${serverUrl} ${expected ? 'means' : 'does not mean'} ${url}`, () => {
      const policy = { ...silent, allowedServers: [{ serverUrl }] };
      assert.equal(isPermitted(policy, { name: 'any', url: new URL(url) }), expected);
    });
  }
});
