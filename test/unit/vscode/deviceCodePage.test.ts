import assert from 'node:assert/strict';
import { type DeviceCodeContent, deviceCodePage } from '../../../src/vscode/deviceCodePage.ts';

const content: DeviceCodeContent = {
  serverName: 'sentry',
  issuerHost: 'as.example',
  userCode: 'ABCD-EFGH',
  verificationUri: new URL('https://as.example/device'),
  verificationUriComplete: new URL('https://as.example/device?user_code=ABCD-EFGH'),
  remaining: 599_999,
  expiry: '14:05:00',
  links: { copy: 'command:copy?1', open: 'command:open?1', cancel: 'command:cancel?1' },
};

describe('the page with the device code', () => {
  it('shows the code, the page to enter it at, and how long there is time', () => {
    const html = deviceCodePage(content);
    for (const part of [
      '>ABCD-EFGH</p>',
      'https://as.example/device</span>',
      'expires at 14:05:00',
      '--left:599',
      'href="command:copy?1"',
      'href="command:open?1"',
      'href="command:cancel?1"',
    ]) {
      assert.ok(html.includes(part), part);
    }
  });

  it('says in words what a picture shows', () => {
    const html = deviceCodePage(content);
    assert.match(
      html,
      /role="img" aria-label="QR code of https:\/\/as\.example\/device\?user_code=ABCD-EFGH"/,
    );
    assert.match(html, /role="img" aria-label="Code: A B C D - E F G H"/);
    assert.match(html, /the code is in it/);
  });

  it('has the page without the code scanned where the server names no other', () => {
    const html = deviceCodePage({ ...content, verificationUriComplete: undefined });
    assert.match(html, /aria-label="QR code of https:\/\/as\.example\/device"/);
    assert.doesNotMatch(html, /the code is in it/);
  });

  it('runs no script and loads nothing', () => {
    const html = deviceCodePage(content);
    assert.match(html, /content="default-src 'none'; style-src 'unsafe-inline'"/);
    assert.doesNotMatch(html, /<script|<img|<link|<iframe|url\(|@import| on\w+=/i);
  });

  it('shows what servers and repositories write as text', () => {
    const hostile = '"><img src=x onerror=alert(1)>&\'`';
    const html = deviceCodePage({
      ...content,
      serverName: hostile,
      userCode: hostile,
      issuerHost: hostile,
      expiry: hostile,
    });
    assert.doesNotMatch(html, /<img/);
    assert.match(html, /&#60;img src=x onerror=alert\(1\)&#62;&#38;&#39;&#96;/);
  });

  it('has no time left to show when the code has expired', () => {
    assert.match(deviceCodePage({ ...content, remaining: -5000 }), /--left:0\}to/);
  });
});
