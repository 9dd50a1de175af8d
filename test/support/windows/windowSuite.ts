import { join } from 'node:path';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import type { SecretStorage } from '../../../src/core/session/secretStorage.ts';
import type { SessionLocks } from '../../../src/core/session/sessionLocks.ts';
import type { NoticeBoard } from '../../../src/core/windows/noticeBoard.ts';
import type { SecretChange, WindowGroup, WindowHandlers } from '../../../src/core/windows/windowGroup.ts';
import { createFileLocks } from '../../../src/node/fileLocks.ts';
import { joinWindowGroup } from '../../../src/node/windows/joinWindowGroup.ts';
import { recordLog } from '../recordedLog.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../temporaryFolder.ts';
import { FakeProfile } from './fakeProfile.ts';

/** What a test can say of a window. */
export interface WindowOptions {
  readonly profile?: FakeProfile;
  readonly secrets?: SecretStorage;
  readonly board?: NoticeBoard;
  readonly folder?: string;
  readonly clock?: Clock;
  readonly locks?: SessionLocks;
  readonly deliver?: WindowHandlers['deliver'];
  readonly apply?: WindowHandlers['apply'];
}

/** A window of a test. */
export interface TestWindow {
  readonly group: WindowGroup;
  /** What the window knows, by key. */
  readonly state: ReadonlyMap<string, SecretChange>;
  readonly lines: readonly string[];
  /** Changes something in this window, and tells the others. */
  change(key: string, value: string): Promise<void>;
}

/** The windows of one test. */
export interface WindowSuite {
  /** Where windows meet. */
  readonly folder: string;
  readonly profile: FakeProfile;
  open(options?: WindowOptions): TestWindow;
  /** Opens a window, and waits until it has joined the others. */
  join(options?: WindowOptions): Promise<TestWindow>;
}

/** Call it in a `describe`: every test gets its own folder and profile, and all its windows are closed after it. */
export function windowSuite(): WindowSuite {
  let temporary: TemporaryFolder | undefined;
  let profile = new FakeProfile();
  const groups: WindowGroup[] = [];

  beforeEach(async () => {
    temporary = await createTemporaryFolder('mcp-auth-');
    profile = new FakeProfile();
  });
  afterEach(async () => {
    for (const group of groups.splice(0)) {
      group.dispose();
    }
    await temporary?.remove();
  });

  const suite: WindowSuite = {
    get folder() {
      return join(temporary?.path ?? '', 'windows');
    },
    get profile() {
      return profile;
    },
    open(options = {}) {
      const window = openWindow(suite.folder, { profile, ...options });
      groups.push(window.group);
      return window;
    },
    async join(options) {
      const window = suite.open(options);
      await window.group.joined;
      return window;
    },
  };
  return suite;
}

function openWindow(suiteFolder: string, { deliver, apply, ...options }: WindowOptions): TestWindow {
  const { profile = new FakeProfile(), folder = suiteFolder } = options;
  const { log, redactor, lines } = recordLog();
  const state = new Map<string, SecretChange>();
  const take = (change: SecretChange) => {
    if (change.at > (state.get(change.key)?.at ?? 0)) {
      state.set(change.key, change);
    }
  };
  const group = joinWindowGroup({
    secrets: options.secrets ?? profile.openSecrets(),
    board: options.board ?? profile.openBoard(),
    clock: options.clock ?? systemClock,
    locks: options.locks ?? createFileLocks({ folder: join(suiteFolder, '..', 'locks'), log }),
    folder,
    log,
    redactor,
    handlers: {
      snapshot: async () => [...state.values()],
      apply: async (changes) => {
        await apply?.(changes);
        changes.forEach(take);
      },
      deliver: deliver ?? (async () => false),
    },
  });
  return {
    group,
    state,
    lines,
    change: async (key, value) => {
      const change = { key, at: (state.get(key)?.at ?? 0) + 1, value };
      take(change);
      await group.announce([change]);
    },
  };
}
