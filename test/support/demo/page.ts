import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; --page: #eef1f6; --card: #fff; --text: #1b2333; --quiet: #5a6478;
  --line: #d7dce6; --accent: #1f4fd8; --accent-text: #fff; --tint: #f5f7fb; }
@media (prefers-color-scheme: dark) { :root { --page: #0f131b; --card: #181e2a; --text: #e8ecf4;
  --quiet: #9aa5b8; --line: #2e3748; --accent: #6d95ff; --accent-text: #0b1020; --tint: #1f2634; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 440px; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; padding: 32px; box-shadow: 0 8px 28px rgb(10 20 50 / 10%); }
header { display: flex; align-items: center; gap: 10px; color: var(--quiet); font-size: 14px; }
header svg { width: 28px; height: 28px; flex: none; color: var(--accent); }
h1 { margin: 20px 0 4px; font-size: 22px; line-height: 1.3; font-weight: 650; overflow-wrap: anywhere; }
p { margin: 0; }
code { font: 13.5px ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); font-size: 14px; }
.panel { margin: 20px 0; padding: 16px; background: var(--tint); border: 1px solid var(--line); border-radius: 10px; }
.panel h2 { margin: 0 0 8px; font-size: 14px; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 10px; }
li { padding-left: 26px; position: relative; }
li::before { content: "\\2713"; position: absolute; left: 2px; color: var(--accent); font-weight: 700; }
li code { display: block; color: var(--quiet); font-size: 12.5px; }
label { display: block; font-size: 14px; font-weight: 600; margin-bottom: 6px; }
input { width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; padding: 10px 12px; }
.actions { display: flex; flex-direction: row-reverse; gap: 12px; margin: 20px 0; }
button { flex: 1; font: inherit; font-weight: 600; padding: 11px 16px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: inherit; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-text); }
button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 2px; }
footer { border-top: 1px solid var(--line); padding-top: 16px; display: grid; gap: 6px; }
`;

const SHIELD = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true">
<path d="M12 3 5 5.6v5.2c0 4.5 2.9 8 7 10.2 4.1-2.2 7-5.7 7-10.2V5.6z"/><path d="m9 11.8 2.2 2.2 4-4.2"/></svg>`;

/**
 * Headers of every page. No `form-action`: Chromium applies it to the redirects after a form too, and would block
 * the way back to an application's loopback port or private-use scheme.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'Content-Type': 'text/html; charset=utf-8',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** A page that shows its content in one card. `content` is HTML, `title` is text. */
export function renderPage(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>${SHIELD}<span>Demo authorization server</span></header>
${content}
</main>
</body>
</html>
`;
}

/** Text made harmless for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
