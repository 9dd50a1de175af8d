/** The body of a response chunk by chunk; leaving the loop cancels the rest. */
export async function* bodyChunks(response: Response): AsyncGenerator<Uint8Array, undefined> {
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      yield part.value;
    }
    return undefined;
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
}
