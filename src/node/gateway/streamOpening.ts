/** How an event stream begins, as far as it can be told by what has come of it. */
export interface StreamOpening {
  /** Characters of whole lines that are of no event, or say nothing of its kind. */
  readonly silent: number;
  /** Whether the first event is `endpoint`; nothing while the line that tells it is not there. */
  readonly isEndpoint: boolean | undefined;
}

/** Comments, ids, times and empty lines. */
const silentLines = /^(?:(?:(?::|id|retry)[^\r\n]*)?(?:\r\n|\n|\r))+/;

const endpointLine = /^event: ?endpoint[\r\n]/;

/** What a line may yet become that has come in part. */
const undecided = ['id', 'retry', 'event: endpoint', 'event:endpoint'];

/**
 * Reads the beginning of an event stream, to its first line that has something to say: servers write the name of an
 * event before its data, and where the data comes first, it may be long.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function streamOpening(text: string): StreamOpening {
  const silent = silentLines.exec(text)?.[0].length ?? 0;
  const line = text.slice(silent);
  if (endpointLine.test(line)) {
    return { silent, isEndpoint: true };
  }
  const isOpen = /^(?::|id|retry)/.test(line) || undecided.some((known) => known.startsWith(line));
  return { silent, isEndpoint: isOpen ? undefined : false };
}
