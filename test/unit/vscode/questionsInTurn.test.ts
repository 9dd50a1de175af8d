import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { questionsInTurn, type SignInQuestions } from '../../../src/vscode/questionsInTurn.ts';

/** Questions that the test answers, in the order in which they were asked. */
function openQuestions() {
  const asked: { readonly title: string; readonly answer: (text: string | undefined) => void }[] = [];
  const ask = (title: string) =>
    new Promise<string | undefined>((answer) => {
      asked.push({ title, answer });
    });
  const unexpected = () => Promise.reject(new Error('not asked here'));
  const questions: SignInQuestions = {
    askApproveGrant: unexpected,
    askBrowserlessWay: unexpected,
    askClientId: () => ask('id'),
    askClientSecret: () => ask('secret'),
    askPrivateKey: unexpected,
    askScopes: unexpected,
    askWaivePkce: unexpected,
  };
  return { asked, questions: questionsInTurn(questions) };
}

const signal = new AbortController().signal;
const about = { issuer: 'https://as.example', clientId: 'c', redirectUri: 'x', previous: undefined };

describe('questions of several sign-ins', () => {
  it('are asked one after the other, whatever they are', async () => {
    const { asked, questions } = openQuestions();
    const answers = [questions.askClientId(about, signal), questions.askClientSecret(about, signal)];
    await setImmediate();
    assert.deepEqual(
      asked.map(({ title }) => title),
      ['id'],
    );
    asked[0]?.answer('client');
    assert.equal(await answers[0], 'client');
    await setImmediate();
    asked[1]?.answer('hush');
    assert.equal(await answers[1], 'hush');
  });

  it('are asked also after one that could not be', async () => {
    const { asked, questions } = openQuestions();
    await assert.rejects(async () => questions.askWaivePkce('https://as.example', signal), /not asked here/);
    const answer = questions.askClientId(about, signal);
    await setImmediate();
    asked[0]?.answer(undefined);
    assert.equal(await answer, undefined);
  });
});
