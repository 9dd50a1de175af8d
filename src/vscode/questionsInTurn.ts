import type { GrantPrompt } from '../core/oauth/grantApproval.ts';
import type { ClientPrompt } from '../core/oauth/obtainClient.ts';
import type { PkceWaiverPrompt } from '../core/oauth/pkceWaiver.ts';
import type { ScopePrompt } from '../core/oauth/scopeChoices.ts';
import type { SignInWayPrompt } from '../core/oauth/signInWay.ts';

/** Everything that a sign-in may ask. */
export type SignInQuestions = ClientPrompt & GrantPrompt & PkceWaiverPrompt & ScopePrompt & SignInWayPrompt;

/**
 * Asks one question at a time. VS Code has one list and one input box for all: a second question would take the
 * place of the first, and the sign-in that had asked that would count as given up.
 */
export function questionsInTurn(questions: SignInQuestions): SignInQuestions {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = last.then(ask);
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    askApproveGrant: (...about) => inTurn(() => questions.askApproveGrant(...about)),
    askBrowserlessWay: (...about) => inTurn(() => questions.askBrowserlessWay(...about)),
    askClientId: (...about) => inTurn(() => questions.askClientId(...about)),
    askClientSecret: (...about) => inTurn(() => questions.askClientSecret(...about)),
    askPrivateKey: (...about) => inTurn(() => questions.askPrivateKey(...about)),
    askScopes: (...about) => inTurn(() => questions.askScopes(...about)),
    askWaivePkce: (...about) => inTurn(() => questions.askWaivePkce(...about)),
  };
}
