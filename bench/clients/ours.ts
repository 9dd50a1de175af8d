import { systemClock } from '../../src/core/clock.ts';
import { Log } from '../../src/core/log.ts';
import { PendingAuthorizations } from '../../src/core/oauth/pendingAuthorizations.ts';
import { Redactor } from '../../src/core/redaction.ts';
import { Authenticator } from '../../src/core/session/authenticator.ts';
import { RegistrationStore } from '../../src/core/session/registrationStore.ts';
import { SessionStore } from '../../src/core/session/sessionStore.ts';
import { WindowLocks } from '../../src/core/session/windowLocks.ts';
import { FakeSecretStorage } from '../../test/support/fakeSecretStorage.ts';
import { recordsOfOnlyWindow } from '../../test/support/onlyWindow.ts';
import { unexpectedGrants } from '../../test/support/unexpectedGrants.ts';
import { type BenchClient, type Reporter, serveBench } from './serveBench.ts';

const log = new Log(() => undefined, new Redactor());
const pending = new PendingAuthorizations();

/** The core as the extension puts it together, with a keyring in memory; its state is what the keyring holds. */
const ours: BenchClient = {
  async signIn({ mcpUrl, clientMetadataUrl, state }, report) {
    const secrets = new FakeSecretStorage();
    for (const [key, value] of Object.entries((state ?? {}) as Readonly<Record<string, string>>)) {
      await secrets.store(key, value);
    }
    const redactor = new Redactor();
    const sessions = new SessionStore({ secrets, log, redactor });
    await sessions.reload();
    const authenticator = new Authenticator(
      createPorts(secrets, redactor, { clientMetadataUrl, report }),
      sessions,
    );
    report.clicked();
    await authenticator.start({ serverUrl: new URL(mcpUrl), transport: 'http' }).result;
    report.stored(Object.fromEntries(secrets.values));
  },
  deliver: (callback) => void pending.deliver(callback.searchParams),
};

interface PortOptions {
  readonly clientMetadataUrl: string | undefined;
  readonly report: Reporter;
}

function createPorts(
  secrets: FakeSecretStorage,
  redactor: Redactor,
  { clientMetadataUrl, report }: PortOptions,
): ConstructorParameters<typeof Authenticator>[0] {
  const redirect = {
    open: async () => ({ redirectUri: 'http://localhost:33418/callback', dispose: () => undefined }),
  };
  return {
    fetch: (url, init) => fetch(url, init),
    clock: systemClock,
    log,
    pending,
    records: recordsOfOnlyWindow({ secrets, clock: systemClock, log, redactor }),
    redactor,
    registrations: new RegistrationStore(secrets, log),
    locks: new WindowLocks(),
    redirects: { uriHandler: redirect, loopback: redirect, paste: redirect },
    clientMetadataUrl: () => clientMetadataUrl,
    ...unexpectedGrants,
    prompt: {
      askWaivePkce: unexpected,
      askClientId: unexpected,
      askClientSecret: unexpected,
      askPrivateKey: unexpected,
      askApproveGrant: unexpected,
      askScopes: unexpected,
      askBrowserlessWay: unexpected,
    },
    browser: {
      async open(url) {
        report.opened(url);
        return true;
      },
    },
  };
}

async function unexpected(): Promise<never> {
  throw new Error('Nobody is there to be asked.');
}

serveBench(ours);
