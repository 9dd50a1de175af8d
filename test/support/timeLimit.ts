/** The promise's result; rejects with the sentence if it takes longer. */
export async function withTimeLimit<T>(promise: Promise<T>, ms: number, sentence: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(sentence)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
