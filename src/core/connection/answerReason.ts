import * as v from 'valibot';
import { quote } from '../quote.ts';
import type { RecordedAnswer } from './recordAnswers.ts';

const objection = v.union([
  v.pipe(
    v.object({ error: v.object({ message: v.string() }) }),
    v.transform(({ error }) => error.message),
  ),
  v.pipe(
    v.object({ error_description: v.string() }),
    v.transform((body) => body.error_description),
  ),
  v.pipe(
    v.object({ message: v.string() }),
    v.transform((body) => body.message),
  ),
  v.pipe(
    v.object({ detail: v.string() }),
    v.transform((body) => body.detail),
  ),
  v.pipe(
    v.object({ error: v.string() }),
    v.transform((body) => body.error),
  ),
]);

/** Why a server refuses, in its own words, quoted and cut short; `undefined` where it says nothing that fits a line. */
export function answerReason({
  headers,
  text = '',
}: Pick<RecordedAnswer, 'headers' | 'text'>): string | undefined {
  const type = headers.get('content-type') ?? '';
  const words = isHtml({ headers, text }) ? pageTitle(text) : (objectionOf(text) ?? plain(type, text));
  const line = words?.trim();
  return line === undefined || line === '' ? undefined : quote(cut(line));
}

/** Whether an answer is a web page. */
export function isHtml({ headers, text = '' }: Pick<RecordedAnswer, 'headers' | 'text'>): boolean {
  return (
    /^text\/html\b/i.test(headers.get('content-type') ?? '') || /^\s*<(?:!doctype html|html)\b/i.test(text)
  );
}

/** The title of a web page. */
export function pageTitle(text: string): string | undefined {
  return /<title[^>]{0,200}>([^<]{1,300})/i.exec(text)?.[1]?.replace(/\s+/g, ' ').trim();
}

/** Revisions that a server says it speaks, where it refuses ours. */
export function supportedVersions({ text = '' }: RecordedAnswer): readonly string[] {
  const schema = v.object({ error: v.object({ data: v.object({ supported: v.array(v.string()) }) }) });
  const parsed = v.safeParse(schema, parseJson(text));
  return parsed.success ? parsed.output.error.data.supported : [];
}

function objectionOf(text: string): string | undefined {
  const parsed = v.safeParse(objection, parseJson(text));
  return parsed.success ? parsed.output : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function plain(type: string, text: string): string | undefined {
  const isLine = /^text\/plain\b/i.test(type) && text.length <= 200 && !text.trim().includes('\n');
  return isLine ? text : undefined;
}

function cut(line: string): string {
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
