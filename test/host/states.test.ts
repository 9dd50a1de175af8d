import assert from 'node:assert/strict';
import type { ServerSnapshot } from '../../src/core/serverSnapshot.ts';
import { stateText } from '../../src/core/session/stateText.ts';
import { eventually } from './page/paletteStage.ts';
import { renderedRow } from './renderedRow.ts';
import { type StateCase, type StateKind, stateCases } from './stateCases.ts';
import { openStatesStage, type StatesStage } from './statesStage.ts';

/** What a credential that its server has refused looks like, of whatever kind it is. */
const refused = { icon: 'warning', colour: 'list.warningForeground' };

describe('every state in the extension host', () => {
  let stage: StatesStage;

  beforeEach(async () => {
    stage = await openStatesStage();
  });

  afterEach(() => stage.close());

  for (const [kind, { icon, colour, cases }] of Object.entries<StateKind>(stateCases)) {
    for (const one of cases) {
      it(`${kind} is shown of a server that ${one.title}`, async () => {
        const { product } = stage;
        const server = await reach(one, kind);
        const { host } = new URL(stage.server.origin);
        const sentence = one.sentence.replaceAll('HOST', host);
        assert.deepEqual(stateText(server.state, Date.now()), { short: one.short, sentence });
        // That a server is being asked is told a moment after it has begun, for many of them at once.
        const row = await eventually(async () => {
          const rendered = await renderedRow(product, server);
          return rendered.description === one.short ? rendered : undefined;
        });
        const isRejected = Object.entries(one.members ?? {}).some(
          ([key, value]) => key === 'isRejected' && value === true,
        );
        assert.deepEqual(row, {
          ...(isRejected ? refused : { icon, colour }),
          description: one.short,
          tooltip: sentence,
          spoken: `${server.definition.name}, MCP server. ${sentence}`,
          context: one.context,
        });
      });
    }
  }

  async function reach(one: StateCase, kind: string): Promise<ServerSnapshot> {
    const { subject = 'subject', members = {} } = one;
    await one.given?.(stage);
    await stage.configure(one.configured(stage));
    await stage.until('subject', () => true);
    await one.when?.(stage);
    return await stage.until(subject, ({ state }) => {
      const facts = new Map<string, unknown>(Object.entries(state));
      return state.kind === kind && Object.entries(members).every(([key, value]) => facts.get(key) === value);
    });
  }
});
