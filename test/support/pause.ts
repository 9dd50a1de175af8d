/** Stands for whatever makes an asynchronous port asynchronous: the port goes on when it resolves. */
export type Pause = () => Promise<void>;

/** Goes on with the next microtask. */
export const noPause: Pause = () => Promise.resolve();
