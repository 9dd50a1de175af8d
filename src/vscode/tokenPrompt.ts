import { env, type QuickInputButton, ThemeIcon, Uri, window } from 'vscode';
import { type EnteredToken, parseEnteredToken } from '../core/credential/enteredToken.ts';
import type { TokenAdvice } from '../core/credential/knownServices.ts';
import { type TokenWay, wayText } from '../core/credential/savedToken.ts';
import type { Disposable } from '../core/disposable.ts';
import { askTokenWay } from './tokenWayPrompt.ts';

/** What a token is asked for with. */
export interface TokenQuestion {
  readonly title: string;
  /** Who the token goes to. */
  readonly host: string;
  readonly advice: TokenAdvice;
  /** How it is sent unless the person changes that. */
  readonly way: TokenWay;
}

/** A token as it was entered, with the way in which it is sent. */
export type TokenAnswer = Extract<EnteredToken, { readonly kind: 'token' }>;

/** Asks for a token in a masked box, which says where it is made. `undefined` when the user gave up. */
export async function askToken(question: TokenQuestion): Promise<TokenAnswer | undefined> {
  const box = new TokenBox(question);
  try {
    return await box.answer;
  } finally {
    box.dispose();
  }
}

class TokenBox implements Disposable {
  readonly #question: TokenQuestion;
  readonly #input = window.createInputBox();
  readonly #link: QuickInputButton;
  readonly #change: QuickInputButton = {
    iconPath: new ThemeIcon('settings-gear'),
    tooltip: 'Change How It Is Sent',
  };
  #way: TokenWay;
  /** Whether another question is in the place of the box for a while. */
  #isAside = false;

  readonly answer: Promise<TokenAnswer | undefined>;

  constructor(question: TokenQuestion) {
    this.#question = question;
    this.#way = question.way;
    const { title, advice } = question;
    this.#link = {
      iconPath: new ThemeIcon('link-external'),
      tooltip: `Open the Page of ${advice.service} Where It Is Made`,
    };
    const input = this.#input;
    input.title = title;
    input.password = true;
    input.ignoreFocusOut = true;
    input.placeholder = advice.credential;
    input.buttons = [...(advice.link === undefined ? [] : [this.#link]), this.#change];
    this.#showWay();
    this.answer = new Promise((resolve) => {
      input.onDidAccept(() => {
        const entered = parseEnteredToken(input.value, this.#way);
        if (entered.kind === 'token') {
          resolve(entered);
        } else {
          input.validationMessage = entered.sentence;
        }
      });
      input.onDidHide(() => {
        if (!this.#isAside) {
          resolve(undefined);
        }
      });
    });
    input.onDidChangeValue((value) => this.#judge(value));
    input.onDidTriggerButton((button) => {
      if (button === this.#link) {
        void this.#openLink();
      } else {
        void this.#changeWay();
      }
    });
    input.show();
  }

  dispose(): void {
    this.#input.dispose();
  }

  #judge(value: string): void {
    const entered = value === '' ? undefined : parseEnteredToken(value, this.#way);
    this.#input.validationMessage = entered?.kind === 'problem' ? entered.sentence : undefined;
  }

  #showWay(): void {
    const { advice, host } = this.#question;
    this.#input.prompt = `${advice.instruction} It is sent to ${host} only, as "${wayText(this.#way)}", and kept in secret storage.`;
  }

  async #openLink(): Promise<void> {
    const { link } = this.#question.advice;
    await (link === undefined ? undefined : env.openExternal(Uri.parse(link)));
  }

  /** What was typed stays, and the box comes back however this ends. */
  async #changeWay(): Promise<void> {
    const { title, advice } = this.#question;
    this.#isAside = true;
    try {
      this.#way = (await askTokenWay(title, advice, this.#way)) ?? this.#way;
    } finally {
      this.#showWay();
      this.#judge(this.#input.value);
      this.#input.show();
      this.#isAside = false;
    }
  }
}
