/** What may be there at once. To wait for a promise takes a while even if it is settled, and here that counts. */
export type Awaitable<T> = Promise<T> | T;
