/** How a promise ended. */
export type Settled<T> = { readonly value: T } | { readonly error: unknown };

/** Lets a promise be awaited later without an unhandled rejection in between. */
export async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}
