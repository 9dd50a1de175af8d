import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { escapeHtml, PAGE_HEADERS, renderPage } from './page.ts';

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;

/** Where a person enters the code of a device, confirms it, and is told that they are done. */
export const deviceFlow: DeviceFlow = {
  enabled: true,
  charset: 'base-20',
  mask: '****-****',
  userCodeInputSource: (ctx, form, _out, error) => {
    const problem = error ? '<p class="quiet">That did not work. Is it the code that is shown now?</p>' : '';
    show(
      ctx,
      'Enter a code',
      `<h1>Which device do you sign in?</h1>${problem}
<section class="panel">${form}</section>
<div class="actions"><button class="primary" form="op.deviceInputForm">Continue</button></div>`,
    );
  },
  userCodeConfirmSource: (ctx, form, client, _device, userCode) => {
    show(
      ctx,
      'Confirm the code',
      `<h1>Sign in ${escapeHtml(client.clientName ?? client.clientId)}?</h1>
<p class="quiet">It shows this code now:</p>
<section class="panel"><code>${escapeHtml(userCode)}</code>${form}</section>
<div class="actions"><button class="primary" form="op.deviceConfirmForm">Continue</button>
<button form="op.deviceConfirmForm" name="abort" value="yes">Abort</button></div>`,
    );
  },
  successSource: (ctx) => {
    show(ctx, 'Signed in', '<h1>You are signed in</h1><p class="quiet">Go back to your device.</p>');
  },
};

function show(ctx: KoaContextWithOIDC, title: string, content: string): void {
  ctx.set(PAGE_HEADERS);
  ctx.body = renderPage(title, content);
}
