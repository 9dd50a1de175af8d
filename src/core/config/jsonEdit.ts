import { type Node, parseTree } from 'jsonc-parser';
import { type JsonProperty, propertiesOf, propertyOf } from './jsonNode.ts';

/**
 * Edits of strict JSON that touch nothing else: jsonc-parser's own `modify` lays out anew what is around an edit. A new
 * property is laid out like the one before it, and taking it away again gives back the text.
 */

/** A value by the keys that lead to it. */
export type JsonPath = readonly [string, ...string[]];

/**
 * Sets a property, which becomes the last one of its object where it is new, as do objects that lead to it.
 *
 * @returns `undefined` where the text is no JSON object, or where something else than an object is on the way
 */
export function withProperty(text: string, path: JsonPath, value: unknown): string | undefined {
  const found = find(text, path);
  if (!found) {
    return undefined;
  }
  const { parent, property, missing } = found;
  if (property) {
    return splice(text, property.value, written(value, layoutAt(text, property.value)));
  }
  const [key = path[0], ...deeper] = missing;
  const whole = deeper.reduceRight<unknown>((inner, one) => ({ [one]: inner }), value);
  return insert(text, parent, [key, whole]);
}

/** Takes a property away. @returns `undefined` where it is not there */
export function withoutProperty(text: string, path: JsonPath): string | undefined {
  const found = find(text, path);
  if (!found?.property) {
    return undefined;
  }
  const { parent, property } = found;
  const { offset, length } = property.range;
  const properties = propertiesOf(parent);
  const before = properties.findLast(({ range }) => range.offset < offset);
  const after = properties.find(({ range }) => range.offset > offset);
  const start = before ? before.range.offset + before.range.length : parent.offset + 1;
  if (before || !after) {
    const end = before ? offset + length : parent.offset + parent.length - 1;
    return splice(text, { offset: start, length: end - start }, '');
  }
  return splice(text, { offset, length: after.range.offset - offset }, '');
}

/** The value of a strict JSON text. @returns `undefined` for anything else */
export function parseStrictJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(withoutMark(text)) };
  } catch {
    return undefined;
  }
}

function withoutMark(text: string): string {
  // Same length, so that ranges stay true.
  return text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
}

interface Found {
  /** The innermost object on the way that is there. */
  readonly parent: Node;
  /** Absent where it is not there. */
  readonly property?: JsonProperty;
  /** The keys that are not there. */
  readonly missing: readonly string[];
}

function find(text: string, [first, ...others]: JsonPath): Found | undefined {
  const root = parseStrictJson(text) && parseTree(withoutMark(text));
  let parent = root;
  let key = first;
  let rest: readonly string[] = others;
  for (;;) {
    if (parent?.type !== 'object') {
      return undefined;
    }
    const property = propertyOf(parent, key);
    if (!property) {
      return { parent, missing: [key, ...rest] };
    }
    const [next, ...deeper] = rest;
    if (next === undefined) {
      return { parent, missing: [], property };
    }
    parent = property.value;
    key = next;
    rest = deeper;
  }
}

function insert(text: string, parent: Node, [key, value]: readonly [string, unknown]): string {
  const last = propertiesOf(parent).at(-1);
  if (last) {
    const end = last.range.offset + last.range.length;
    const gap = /\s*$/.exec(text.slice(parent.offset + 1, last.range.offset))?.[0] ?? '';
    const layout = layoutAt(text, last.value);
    const colon = colonOf(text, last.range.offset, last.value.offset);
    const property = `${JSON.stringify(key)}${colon}${written(value, layout)}`;
    // On one line there is a space behind a comma, whether or not there is one behind the brace.
    const separator = gap === '' && colon !== ':' ? ' ' : gap;
    return splice(text, { offset: end, length: 0 }, `,${separator}${property}`);
  }
  const layout = layoutAt(text, parent);
  return splice(text, { offset: parent.offset, length: parent.length }, written({ [key]: value }, layout));
}

/** From the end of the key to the value. */
function colonOf(text: string, start: number, value: number): string {
  return /\s*:\s*$/.exec(text.slice(start, value))?.[0] ?? ': ';
}

/** How far a line is indented, how much further the next one, and how lines end; without `eol` all is on one line. */
interface Layout {
  readonly indent: string;
  readonly unit: string;
  readonly eol: string | undefined;
  readonly isTight: boolean;
}

function layoutAt(text: string, node: Node): Layout {
  const lineStart = text.lastIndexOf('\n', node.offset - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, node.offset))?.[0] ?? '';
  const [, eol, unit] = /(\r?\n)([ \t]+)\S/.exec(text) ?? [];
  return { indent, unit: unit ?? '  ', eol, isTight: !/:\s/.test(text) };
}

function written(value: unknown, { indent, unit, eol, isTight }: Layout): string {
  if (eol !== undefined) {
    return JSON.stringify(value, null, unit).replaceAll('\n', `${eol}${indent}`);
  }
  return isTight ? JSON.stringify(value) : onOneLine(value);
}

/** As people write JSON on one line. */
function onOneLine(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(onOneLine).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${onOneLine(one)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return JSON.stringify(value);
}

function splice(
  text: string,
  { offset, length }: { readonly offset: number; readonly length: number },
  replacement: string,
): string {
  return text.slice(0, offset) + replacement + text.slice(offset + length);
}
