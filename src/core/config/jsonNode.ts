import type { Node } from 'jsonc-parser';
import type { TextRange } from './serverDefinition.ts';

/** A property of a parsed object. */
export interface JsonProperty {
  readonly name: string;
  readonly value: Node;
  /** Key and value. */
  readonly range: TextRange;
}

/** The properties of an object in the order of the text, namesakes included; none of anything else. */
export function propertiesOf(node: Node): readonly JsonProperty[] {
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    return key && value ? [{ name: String(key.value), value, range: rangeOf(property) }] : [];
  });
}

/** The property that counts: the last of its name. */
export function propertyOf(node: Node, name: string): JsonProperty | undefined {
  return propertiesOf(node).findLast((property) => property.name === name);
}

/** Where a node lies. */
export function rangeOf(node: Node | undefined): TextRange {
  return { offset: node?.offset ?? 0, length: node?.length ?? 0 };
}
