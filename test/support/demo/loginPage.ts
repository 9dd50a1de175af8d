import { escapeHtml, renderPage } from './page.ts';

/** What the person is asked. Everything but `action` and `userName` comes from the application: attacker-controlled. */
export interface LoginRequest {
  /** Where the form is posted: `user`, and `decision` as `allow` or `deny`. */
  readonly action: string;
  readonly userName: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  /** URL of the MCP server, if the application named one. */
  readonly resource: string | undefined;
  /** `undefined` where the person entered the code of a device. */
  readonly redirectUri: string | undefined;
}

const SCOPE_MEANINGS: Readonly<Record<string, string>> = {
  'mcp:tools': 'Use the tools of this server for you',
  offline_access: 'Stay signed in when you are away',
  openid: 'Know your user name',
};

/** The login-and-consent page: who you are, which application wants what from which server, Allow or Deny. */
export function renderLoginPage(request: LoginRequest): string {
  const { action, userName, clientName, scopes, resource, redirectUri } = request;
  return renderPage(
    'Sign in and allow access',
    `<h1>Allow ${escapeHtml(clientName)} to connect?</h1>
<p class="quiet">It asks for access to ${resource === undefined ? 'your account' : `<code>${escapeHtml(resource)}</code>`}</p>
<form method="post" action="${escapeHtml(action)}">
<section class="panel">
<h2>It will be able to</h2>
<ul>${scopes.map(renderScope).join('')}</ul>
</section>
<label for="user">User name</label>
<input id="user" name="user" value="${escapeHtml(userName)}" required autocomplete="username" spellcheck="false">
<div class="actions">
<button class="primary" name="decision" value="allow">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
<footer class="quiet">
<p>${redirectUri === undefined ? 'Afterwards you return to your device.' : `Afterwards you return to <code>${escapeHtml(withoutQuery(redirectUri))}</code>`}</p>
<p>Nobody has checked the application's name. Allow only what you have just started yourself.</p>
</footer>`,
  );
}

/** The page for a request that cannot be answered to the application. */
export function renderErrorPage(error: string, description: string): string {
  return renderPage(
    'Sign-in failed',
    `<h1>This sign-in cannot continue</h1>
<section class="panel"><p>${escapeHtml(description)}</p></section>
<p class="quiet">Close this tab and start again from your application. Error code: <code>${escapeHtml(error)}</code></p>`,
  );
}

function renderScope(scope: string): string {
  const meaning = Object.hasOwn(SCOPE_MEANINGS, scope) ? SCOPE_MEANINGS[scope] : undefined;
  return meaning === undefined
    ? `<li>${escapeHtml(scope)}</li>`
    : `<li>${escapeHtml(meaning)}<code>${escapeHtml(scope)}</code></li>`;
}

function withoutQuery(uri: string): string {
  return uri.replace(/\?.*$/s, '');
}
