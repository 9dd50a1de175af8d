import fc from 'fast-check';
import { anyStory, play } from '../../support/sessionModel/story.ts';

/** `MODEL_RUNS=20000 npx mocha test/unit/session/sessionModel.test.ts` looks further; `MODEL_SEED` looks again. */
const { MODEL_RUNS, MODEL_SEED } = process.env;
const runs = Number(MODEL_RUNS ?? 300);

describe('sessions in several windows, whatever happens and in whatever order', () => {
  it('are neither lost nor spent twice, and are the same everywhere', async function () {
    this.timeout(runs * 1000);
    let [commands, turns] = [0, 0];
    const property = fc.asyncProperty(anyStory, async (story) => {
      turns += await play(story);
      commands += story.steps.length;
    });
    await fc.assert(property, {
      numRuns: runs,
      ...(MODEL_SEED === undefined ? {} : { seed: Number(MODEL_SEED) }),
    });
    if (MODEL_RUNS !== undefined) {
      console.log(`      ${runs} stories of ${commands} commands, in ${turns} turns`);
    }
  });
});
