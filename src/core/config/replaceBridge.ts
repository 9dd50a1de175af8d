import { applyEdits, type FormattingOptions, getNodeValue, modify, type Node, parseTree } from 'jsonc-parser';
import { type DirectEntry, directEntry } from './directEntry.ts';
import { propertiesOf } from './jsonNode.ts';
import type { StdioServerDefinition } from './serverDefinition.ts';

/** What only a process has. */
const processKeys = ['command', 'args', 'env', 'envFile', 'cwd'] as const;

/**
 * The text of an entry, key included, with the direct entry in the place of the bridge: other keys, comments and
 * the formatting stay. `undefined` where the text does not have the entry at its range, or where it is no bridge.
 */
export function replaceBridge(text: string, definition: StdioServerDefinition): string | undefined {
  const entry = directEntry(definition);
  const { offset, length } = definition.range;
  const written = text.slice(offset, offset + length);
  const [property] = propertiesOf(parseTree(`{${written}}`) ?? nothing);
  if (entry === undefined || property?.name !== definition.name || property.value.type !== 'object') {
    return undefined;
  }
  if (!written.includes('\n')) {
    return written.slice(0, property.value.offset - 1) + onOneLine(property.value, entry);
  }
  // A document of the entry alone, each of whose lines is as in the file.
  const eol = written.includes('\r\n') ? '\r\n' : '\n';
  const before = `{${eol}${/[ \t]*$/.exec(text.slice(0, offset))?.[0] ?? ''}`;
  const after = `${eol}}`;
  const document = edited(before + written + after, definition.name, entry);
  return document.slice(before.length, document.length - after.length);
}

const nothing: Node = { type: 'null', offset: 0, length: 0 };

function edited(document: string, name: string, { type, url, headers }: DirectEntry): string {
  const formattingOptions = formattingOf(document);
  const set = (text: string, key: string, value: unknown) =>
    applyEdits(text, modify(text, [name, key], value, { formattingOptions, getInsertionIndex: () => 0 }));
  let text = document;
  for (const [key, value] of Object.entries({ headers, url, type })) {
    text = value === undefined ? text : set(text, key, value);
  }
  for (const key of processKeys) {
    text = set(text, key, undefined);
  }
  return text;
}

/** The first two lines of the entry show how far its file indents, and by what. */
function formattingOf(document: string): FormattingOptions {
  const [, entry = '', inner = ''] = /^\{\r?\n([ \t]*)"[^\n]*\n([ \t]*)/.exec(document) ?? [];
  return {
    insertSpaces: !inner.includes('\t'),
    tabSize: Math.max(inner.length - entry.length, 1),
    eol: document.includes('\r\n') ? '\r\n' : '\n',
  };
}

function onOneLine(value: Node, entry: DirectEntry): string {
  const kept = propertiesOf(value).filter(
    ({ name }) => !(processKeys as readonly string[]).includes(name) && !(name in entry),
  );
  return compact({ ...entry, ...Object.fromEntries(kept.map((one) => [one.name, getNodeValue(one.value)])) });
}

/** As people write JSON on one line. */
function compact(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(compact).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return `{ ${entries.map(([key, one]) => `${JSON.stringify(key)}: ${compact(one)}`).join(', ')} }`;
  }
  return JSON.stringify(value);
}
