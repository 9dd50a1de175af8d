import { getNodeValue, type Node } from 'jsonc-parser';
import type { Dialect } from './dialect.ts';
import { type JsonProperty, propertiesOf, propertyOf } from './jsonNode.ts';
import type { ConfigurationProblem } from './parseConfiguration.ts';
import { parseServerEntry } from './parseServerEntry.ts';
import type { ServerDefinition } from './serverDefinition.ts';

/** Where the servers of a file are. */
export interface ServersSection {
  readonly servers?: Node | undefined;
  readonly problem?: ConfigurationProblem | undefined;
}

interface Wrapper {
  readonly key: string;
  /** What people write instead, because another client has it so. */
  readonly mistaken: string;
  readonly reader: string;
  /** Whether a file without the key is rejected. */
  readonly isRequired: boolean;
}

const wrappers: Readonly<Record<Dialect['kind'], Wrapper>> = {
  claude: { key: 'mcpServers', mistaken: 'servers', reader: 'Claude Code', isRequired: true },
  cursor: { key: 'mcpServers', mistaken: 'servers', reader: 'Cursor', isRequired: false },
  vscode: { key: 'servers', mistaken: 'mcpServers', reader: 'VS Code', isRequired: false },
};

/** Finds the object whose properties are servers, also where a client would not look for it. */
export function findServers(root: Node, dialect: Dialect): ServersSection {
  const { key, mistaken, reader, isRequired } = wrappers[dialect.kind];
  const wrapper = propertyOf(root, key);
  if (wrapper) {
    return wrapper.value.type === 'object'
      ? { servers: wrapper.value }
      : { problem: { message: `"${key}" must be an object.`, range: wrapper.range } };
  }
  const other = propertyOf(root, mistaken);
  if (other?.value.type === 'object') {
    const message = `Missing "${key}" — found "${mistaken}" instead. ${reader} does not load this file.`;
    return { servers: other.value, problem: { message, range: other.range } };
  }
  const looksLikeServers = propertiesOf(root).some(
    ({ value }) =>
      value.type === 'object' && propertiesOf(value).some(({ name }) => name === 'command' || name === 'url'),
  );
  if (!looksLikeServers && !isRequired) {
    return {};
  }
  return {
    servers: looksLikeServers ? root : undefined,
    problem: {
      message: `Missing "${key}": servers belong into {"${key}": {…}}.`,
      range: { offset: root.offset, length: 1 },
    },
  };
}

/** Reads the entries of a section in their order. Of namesakes the last one counts, and the others say so. */
export function parseServers(section: Node, dialect: Dialect): readonly ServerDefinition[] {
  const properties = propertiesOf(section).filter((property) => !isComment(property));
  const last = new Map(properties.map((property, index) => [property.name, index]));
  return properties.map(({ name, value, range }, index) =>
    last.get(name) === index
      ? parseServerEntry({ name, range }, getNodeValue(value), dialect)
      : {
          kind: 'invalid',
          name,
          range,
          reason: 'Another entry of the same name follows and replaces this one.',
        },
  );
}

/** People leave comments between servers as strings, often several under one name. */
function isComment({ name, value }: JsonProperty): boolean {
  return value.type === 'string' && /^(?:[$_]|\/\/)/.test(name);
}
