import { quote } from '../core/quote.ts';
import { qrCodeSvg } from './qrCode.ts';

/** What the page shows. Nothing here is a secret: the user code is for the person's eyes, the device code is not here. */
export interface DeviceCodeContent {
  /** As the repository calls the server. */
  readonly serverName: string;
  /** Host of the authorization server. */
  readonly issuerHost: string;
  readonly userCode: string;
  readonly verificationUri: URL;
  readonly verificationUriComplete: URL | undefined;
  /** Milliseconds until the code expires. */
  readonly remaining: number;
  /** When it expires, in words. */
  readonly expiry: string;
  /** Command URIs behind the buttons. */
  readonly links: { readonly copy: string; readonly open: string; readonly cancel: string };
}

/**
 * The page with the code, as HTML without scripts: the countdown is a CSS animation, the buttons are links that
 * run commands. Everything in it may stem from a server or a repository, and is escaped.
 */
export function deviceCodePage(content: DeviceCodeContent): string {
  const { serverName, issuerHost, userCode, verificationUri, verificationUriComplete, links } = content;
  const seconds = Math.max(Math.floor(content.remaining / 1000), 0);
  const address = escapeHtml(verificationUri.href);
  const scanned = verificationUriComplete ?? verificationUri;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Authenticate with a device code</title>
<style>${style}.count{animation:count ${seconds}s linear forwards}@keyframes count{from{--left:${seconds}}to{--left:0}}</style>
</head><body><main>
<h1>Authenticate at ${escapeHtml(quote(serverName))}</h1>
<p>On any device, open <span class="address">${address}</span> and enter this code:</p>
<p class="code" role="img" aria-label="Code: ${escapeHtml([...userCode].join(' '))}">${escapeHtml(userCode)}</p>
<p class="actions"><a class="button" href="${escapeHtml(links.copy)}">Copy the Code</a>
<a class="button secondary" href="${escapeHtml(links.open)}">Open the Page</a>
<a class="button secondary" href="${escapeHtml(links.cancel)}">Cancel</a></p>
<figure>${qrCodeSvg(scanned.href, `QR code of ${escapeHtml(scanned.href)}`)}
<figcaption>Or scan this with your phone${verificationUriComplete ? ': the code is in it' : ''}.</figcaption></figure>
<p class="quiet" role="status">Waiting for you to enter the code. It expires at ${escapeHtml(content.expiry)}<span aria-hidden="true">, in <span class="count"></span></span>.</p>
<p class="quiet">The page belongs to ${escapeHtml(issuerHost)}. Enter the code only if you have just started this sign-in yourself, and give it to nobody.</p>
</main></body></html>`;
}

const style = `@property --left{syntax:'<integer>';inherits:true;initial-value:0}
body{display:grid;justify-content:center;padding:32px 24px;font:var(--vscode-font-size,13px)/1.6 var(--vscode-font-family,sans-serif);color:var(--vscode-foreground);background:var(--vscode-editor-background)}
main{max-width:440px;display:grid;gap:16px;justify-items:center;text-align:center}
h1{font-size:1.6em;font-weight:600;margin:0;overflow-wrap:anywhere}p,figure{margin:0}
.address{font-family:var(--vscode-editor-font-family,monospace);overflow-wrap:anywhere;user-select:all}
.code{font:600 2.6em/1.2 var(--vscode-editor-font-family,monospace);letter-spacing:.08em;padding:12px 20px;border:1px solid var(--vscode-widget-border,var(--vscode-contrastBorder,currentColor));border-radius:6px;background:var(--vscode-textCodeBlock-background);user-select:all;overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:8px;justify-content:center}
.button{padding:4px 12px;border-radius:4px;text-decoration:none;border:1px solid var(--vscode-button-border,transparent);color:var(--vscode-button-foreground);background:var(--vscode-button-background)}
.button:hover{color:var(--vscode-button-foreground);background:var(--vscode-button-hoverBackground)}
.secondary,.secondary:hover{color:var(--vscode-button-secondaryForeground);background:var(--vscode-button-secondaryBackground);border-color:var(--vscode-button-secondaryBorder,var(--vscode-contrastBorder,transparent))}
.secondary:hover{background:var(--vscode-button-secondaryHoverBackground)}
.button:focus-visible{outline:1px solid var(--vscode-focusBorder);outline-offset:2px}
.qr{width:200px;height:200px;border-radius:6px}
figcaption,.quiet{color:var(--vscode-descriptionForeground)}
.count{counter-reset:minutes round(down,calc(var(--left)/60),1) seconds mod(var(--left),60)}
.count::after{content:counter(minutes) ':' counter(seconds,decimal-leading-zero);font-variant-numeric:tabular-nums}
`;

/** Text made harmless for HTML content and quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
