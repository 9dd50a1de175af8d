import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Challenge, parseChallenge } from '../../../src/core/oauth/challenge.ts';
import { splitChallenges } from '../../../src/core/oauth/challengeList.ts';
import { anyText } from '../../support/anyText.ts';

/** A challenge as RFC 9110 models it; how it is written is left open. */
interface Modelled {
  readonly scheme: string;
  readonly token68?: string | undefined;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const tokenCharacters = [..."!#$%&'*+-.^_`|~0189AZaz"];
const token = fc.string({ unit: fc.constantFrom(...tokenCharacters), minLength: 1, maxLength: 6 });
const isToken = (text: string) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);

/** What a quoted string can hold: tab, space, visible characters, and bytes beyond ASCII. */
const content = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', ',', '=', ' ', '\t', 'Bearer ', 'a="b"'),
    fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    fc.integer({ min: 0xa0, max: 0xff }).map((code) => String.fromCharCode(code)),
  ),
  maxLength: 8,
});

const scheme = fc.oneof(
  fc.constantFrom('Bearer', 'DPoP', 'Basic', 'Negotiate', 'Digest', 'AWS4-HMAC-SHA256'),
  token,
);

const address = fc.webUrl({ withQueryParameters: true });
const parameter = fc.oneof(
  fc.tuple(fc.constant('resource_metadata'), fc.oneof(address, content)),
  fc.tuple(fc.constantFrom('scope', 'error', 'error_description', 'realm', 'algs'), content),
  fc.tuple(token, content),
);

const modelled: fc.Arbitrary<Modelled> = fc.oneof(
  fc.record({ scheme, parameters: fc.constant([]) }),
  fc.record({
    scheme,
    token68: fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,12}={0,2}$/),
    parameters: fc.constant([]),
  }),
  fc.record({
    scheme,
    parameters: fc.uniqueArray(parameter, {
      minLength: 1,
      maxLength: 5,
      selector: ([name]) => name.toLowerCase(),
    }),
  }),
);

const space = fc.constantFrom('', ' ', '\t', '  ');
const comma = fc
  .array(fc.tuple(space, fc.constant(','), space), { minLength: 1, maxLength: 3 })
  .map((commas) => commas.flat().join(''));

function oddCase(text: string): fc.Arbitrary<string> {
  return fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((one, at) => (upper[at] ? one.toUpperCase() : one.toLowerCase())).join(''));
}

function written(value: string): fc.Arbitrary<string> {
  const escaped = (all: readonly boolean[]) =>
    [...value].map((one, at) => (one === '"' || one === '\\' || all[at] ? `\\${one}` : one)).join('');
  const quoted = fc
    .array(fc.boolean(), { minLength: value.length, maxLength: value.length })
    .map((all) => `"${escaped(all)}"`);
  return isToken(value) ? fc.oneof(fc.constant(value), quoted) : quoted;
}

/** Every way to write a challenge. */
function writtenChallenge({ scheme: name, token68, parameters }: Modelled): fc.Arbitrary<string> {
  if (token68 !== undefined) {
    return oddCase(name).map((text) => `${text} ${token68}`);
  }
  if (parameters.length === 0) {
    return oddCase(name);
  }
  const pairs = parameters.map(([key, value]) =>
    fc
      .tuple(oddCase(key), space, space, written(value))
      .map(([k, before, after, v]) => `${k}${before}=${after}${v}`),
  );
  const separators = fc.array(comma, { minLength: pairs.length, maxLength: pairs.length });
  const empty = fc.oneof(fc.constant(''), comma);
  return fc
    .tuple(oddCase(name), fc.constantFrom(' ', '  '), empty, fc.tuple(...pairs), separators)
    .map(
      ([text, gap, start, all, between]) =>
        `${text}${gap}${start}${all.reduce((one, two, at) => one + between[at] + two)}`,
    );
}

/** Several challenges in several fields, with empty list elements between them. */
const fields: fc.Arbitrary<{ readonly model: readonly Modelled[]; readonly lines: readonly string[] }> = fc
  .array(modelled, { minLength: 1, maxLength: 4 })
  .chain((model) =>
    fc
      .tuple(
        fc.tuple(...model.map(writtenChallenge)),
        fc.array(fc.oneof(comma, fc.constant('\n')), { minLength: model.length, maxLength: model.length }),
        fc.oneof(fc.constant(''), comma),
        fc.oneof(fc.constant(''), comma),
      )
      .map(([all, between, start, end]) => ({
        model,
        lines: `${start}${all.reduce((one, two, at) => one + between[at] + two)}${end}`.split('\n'),
      })),
  );

function parsed(lines: readonly string[]): Promise<Challenge | undefined> {
  const headers = new Headers();
  for (const line of lines) {
    headers.append('www-authenticate', line);
  }
  return parseChallenge(new Response(null, { status: 401, headers }));
}

/** What a reader of the model would say. */
function expected(model: readonly Modelled[]): Challenge | undefined {
  const met = model
    .filter(({ scheme: name }) => ['bearer', 'dpop'].includes(name.toLowerCase()))
    .map(({ parameters }) => new Map(parameters.map(([name, value]) => [name.toLowerCase(), value])));
  const chosen = met.find((all) => all.has('resource_metadata')) ?? met[0];
  if (!chosen) {
    return undefined;
  }
  const metadata = chosen.get('resource_metadata');
  const url = metadata !== undefined && URL.canParse(metadata) ? new URL(metadata) : undefined;
  return {
    resourceMetadata: url && /^https?:$/.test(url.protocol) ? url : undefined,
    scope: chosen.get('scope') || undefined,
    error: chosen.get('error'),
    ...expectedDpop(model),
  };
}

function expectedDpop(model: readonly Modelled[]): Pick<Challenge, 'dpop'> {
  const bound = model.find(({ scheme: name }) => name.toLowerCase() === 'dpop');
  if (!bound) {
    return {};
  }
  const algorithms = new Map(bound.parameters.map(([name, value]) => [name.toLowerCase(), value])).get(
    'algs',
  );
  const isRequired = !model.some(({ scheme: name }) => name.toLowerCase() === 'bearer');
  return { dpop: { isRequired, algorithms: algorithms?.split(' ').filter((one) => one !== '') } };
}

const comparable = (challenge: Challenge | undefined) =>
  challenge && { ...challenge, resourceMetadata: challenge.resourceMetadata?.href };

describe('parseChallenge, of any field', () => {
  it('reads what was written, in every legal shape', async () => {
    await fc.assert(
      fc.asyncProperty(fields, async ({ model, lines }) => {
        assert.deepEqual(comparable(await parsed(lines)), comparable(expected(model)));
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws, and never gives an address of another scheme than http and https', async () => {
    const piece = fc.oneof(
      anyText(),
      fc.constantFrom('Bearer ', 'DPoP ', 'resource_metadata=', '"', '\\', ',', '=', ' '),
      fc.constantFrom('javascript:alert(1)', 'file:///etc/passwd', 'data:,x', 'https://mcp.example'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const header = pieces.join('').replaceAll(/[^\t\x20-\xff]|\x7f/g, '');
        const challenge = await parsed([header]);
        assert.ok(/^https?:$/.test(challenge?.resourceMetadata?.protocol ?? 'https:'));
      }),
      { numRuns: 1000 },
    );
  });

  for (const scheme of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:application/json,{}',
    'vscode://x/y',
  ]) {
    it(`drops metadata at ${scheme}`, async () => {
      const challenge = await parsed([`Bearer scope="a", resource_metadata="${scheme}"`]);
      assert.deepEqual(challenge, { resourceMetadata: undefined, scope: 'a', error: undefined });
    });
  }

  it('reads the challenges beside one that nobody can read', async () => {
    const challenge = await parsed(['Bearer scope="a"', '=?= "', 'Basic realm="never closed']);
    assert.equal(challenge?.scope, 'a');
  });

  // Were its time not in proportion to the length, one of these would take minutes, and this test its time limit.
  for (const piece of ['a', 'a,', ',', '"', '\\', '"\\', 'a=', 'a="b",', ' ', 'a b=']) {
    it(`comes to the end of a field of 400,000 times ${JSON.stringify(piece)}`, () => {
      splitChallenges(piece.repeat(400_000));
    });
  }
});
