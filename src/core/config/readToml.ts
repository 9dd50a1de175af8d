/** A table while it is read. */
type Table = Record<string, unknown>;

const bareKey = /[A-Za-z0-9_-]+/y;
const blank = /[ \t]*/y;
const blankLines = /(?:[ \t]|\r?\n|#[^\n]*)*/y;
const lineEnd = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;
const basic = /"(?:[^"\\\n]|\\[^\n])*"/y;
const literal = /'[^'\n]*'/y;
const longBasic = /"""(?:\r?\n)?((?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*"{0,2})"""/y;
const longLiteral = /'''(?:\r?\n)?((?:[^']|'{1,2}(?!'))*'{0,2})'''/y;
const scalar =
  /(?:true|false|[+-]?(?:inf|nan)|\d{4}-\d\d-\d\d(?:[Tt ]\d\d:[\d:.]+(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:[\d:.]+|0[xob][0-9A-Fa-f_]+|[+-]?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?)(?=[\s,\]}#]|$)/y;

/**
 * Reads TOML 1.0 as far as an edit has to be proven: strings and structure exactly, any other value as what is written.
 * Throws a `SyntaxError` for what it cannot read.
 */
export function readToml(text: string): Readonly<Record<string, unknown>> {
  return new TomlText(text).read();
}

/** A number, a time or a truth value: nothing here depends on which. */
class TomlScalar {
  readonly written: string;

  constructor(written: string) {
    this.written = written;
  }
}

class TomlText {
  readonly #text: string;
  #at: number;
  readonly #root: Table = {};
  /** Tables that a header or the front of a key has named: no other header may. */
  readonly #named = new WeakSet<object>();
  /** Arrays and tables that are written as a value: nothing may be added to them. */
  readonly #closed = new WeakSet<object>();

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  read(): Table {
    let table = this.#root;
    for (this.#take(blankLines); this.#at < this.#text.length; this.#take(blankLines)) {
      if (this.#text[this.#at] === '[') {
        table = this.#header();
      } else {
        this.#property(table);
      }
      this.#expect(lineEnd);
    }
    return this.#root;
  }

  #header(): Table {
    const isArray = this.#text.startsWith('[[', this.#at);
    this.#at += isArray ? 2 : 1;
    const path = this.#path();
    this.#literally(isArray ? ']]' : ']');
    const key = path.pop() ?? '';
    const parent = this.#descend(this.#root, path);
    if (isArray) {
      const list = (own(parent, key) ?? put(parent, key, [])) as unknown;
      if (!Array.isArray(list) || this.#closed.has(list)) {
        this.#fail();
      }
      const table = {};
      list.push(table);
      return table;
    }
    const known = own(parent, key) ?? put(parent, key, {});
    if (!isTable(known) || this.#named.has(known) || this.#closed.has(known)) {
      this.#fail();
    }
    this.#named.add(known);
    return known;
  }

  #property(table: Table): void {
    const path = this.#path();
    this.#literally('=');
    this.#take(blank);
    const key = path.pop() ?? '';
    const parent = this.#descend(table, path, (one) => this.#named.add(one));
    if (own(parent, key) !== undefined) {
      this.#fail();
    }
    put(parent, key, this.#value());
  }

  /** Through tables, and into the last one of an array of them. */
  #descend(from: Table, path: readonly string[], visit?: (table: Table) => void): Table {
    return path.reduce((table, key) => {
      const found = own(table, key) ?? put(table, key, {});
      const last: unknown = Array.isArray(found) && !this.#closed.has(found) ? found.at(-1) : found;
      if (!isTable(last) || this.#closed.has(last)) {
        return this.#fail();
      }
      visit?.(last);
      return last;
    }, from);
  }

  #path(): string[] {
    const path: string[] = [];
    do {
      this.#take(blank);
      path.push(this.#string() ?? this.#take(bareKey) ?? this.#fail());
      this.#take(blank);
    } while (this.#skips('.'));
    return path;
  }

  #value(): unknown {
    const long = this.#match(longBasic);
    if (long) {
      return unescaped((long[1] ?? '').replace(/\\[ \t]*\r?\n\s*/g, ''));
    }
    const raw = this.#match(longLiteral);
    if (raw) {
      return raw[1];
    }
    const string = this.#string();
    if (string !== undefined) {
      return string;
    }
    if (this.#skips('[')) {
      return this.#array();
    }
    return this.#skips('{') ? this.#inlineTable() : new TomlScalar(this.#take(scalar) ?? this.#fail());
  }

  #array(): readonly unknown[] {
    const values: unknown[] = [];
    this.#closed.add(values);
    for (this.#take(blankLines); !this.#skips(']'); this.#take(blankLines)) {
      values.push(this.#value());
      this.#take(blankLines);
      if (!this.#skips(',') && this.#text[this.#at] !== ']') {
        this.#fail();
      }
    }
    return values;
  }

  #inlineTable(): Table {
    const table: Table = {};
    this.#closed.add(table);
    for (this.#take(blankLines); !this.#skips('}'); this.#take(blankLines)) {
      this.#property(table);
      this.#take(blankLines);
      if (!this.#skips(',') && this.#text[this.#at] !== '}') {
        this.#fail();
      }
    }
    return table;
  }

  /** On one line. */
  #string(): string | undefined {
    const quoted = this.#take(basic);
    return quoted === undefined ? this.#take(literal)?.slice(1, -1) : unescaped(quoted.slice(1, -1));
  }

  #literally(text: string): void {
    if (!this.#text.startsWith(text, this.#at)) {
      this.#fail();
    }
    this.#at += text.length;
  }

  #skips(character: string): boolean {
    const isThere = this.#text[this.#at] === character;
    this.#at += isThere ? 1 : 0;
    return isThere;
  }

  #expect(pattern: RegExp): void {
    if (this.#take(pattern) === undefined) {
      this.#fail();
    }
  }

  #take(pattern: RegExp): string | undefined {
    return this.#match(pattern)?.[0];
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    this.#at += match?.[0].length ?? 0;
    return match;
  }

  #fail(): never {
    throw new SyntaxError(`Not TOML at character ${this.#at}.`);
  }
}

function own(table: Table, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function put<T>(table: Table, key: string, value: T): T {
  Object.defineProperty(table, key, { value, enumerable: true, configurable: true, writable: true });
  return value;
}

function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof TomlScalar)
  );
}

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\u001B',
};

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([\s\S]))/g, (...match) => {
    const [, short, long, byte, one = ''] = match as readonly (string | undefined)[];
    const code = short ?? long ?? byte;
    if (code !== undefined) {
      return String.fromCodePoint(Number.parseInt(code, 16));
    }
    const character = one === '"' || one === '\\' ? one : escapes[one];
    if (character === undefined) {
      throw new SyntaxError('Not an escape of TOML.');
    }
    return character;
  });
}
