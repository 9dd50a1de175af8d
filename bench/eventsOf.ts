import type { ChildProcess } from 'node:child_process';

/** The messages that a child process sends, to be waited for by their kind. */
export interface Events<Message extends { readonly kind: string }> {
  /** The first message of a kind that was not handed out yet. Rejects when the process fails or ends. */
  next<Kind extends Message['kind']>(kind: Kind): Promise<Extract<Message, { readonly kind: Kind }>>;
}

/** How long a client may take for a step, in milliseconds: one that hangs is not measured. */
const patience = 60_000;

/** Listens to a child process from now on. */
export function eventsOf<Message extends { readonly kind: string }>(child: ChildProcess): Events<Message> {
  const arrived: Message[] = [];
  const waiting = new Set<() => void>();
  let failure: Error | undefined;
  let said = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const describe = (what: string) => new Error(`${what}: ${child.spawnargs.join(' ')}\n${said}`);
  const tellAll = () => {
    for (const look of [...waiting]) {
      look();
    }
  };
  child.on('message', (message: Message & { readonly reason?: string }) => {
    if (message.kind === 'failed') {
      failure ??= describe(`A client failed (${message.reason})`);
    } else {
      arrived.push(message);
    }
    tellAll();
  });
  child.once('exit', (code, signal) => {
    failure ??= describe(`A process of the bench has ended (${code ?? signal})`);
    tellAll();
  });
  return {
    next: (kind) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          finish();
        };
        const isWanted = (message: Message): message is Extract<Message, { readonly kind: typeof kind }> =>
          message.kind === kind;
        const look = () => {
          const found = arrived.find(isWanted);
          if (found) {
            arrived.splice(arrived.indexOf(found), 1);
            settle(() => resolve(found));
          } else if (failure) {
            settle(() => reject(failure));
          }
        };
        const timer = setTimeout(
          () => settle(() => reject(describe(`No "${kind}" within a minute`))),
          patience,
        );
        waiting.add(look);
        look();
      }),
  };
}
