import fc from 'fast-check';

const codeUnit = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.constantFrom(0, 9, 10, 13, 0x22, 0x5c, 0x7f, 0x85, 0x2028, 0xd800, 0xdc00, 0xfeff),
  fc.nat({ max: 0xffff }),
);

/** Any text, lone surrogates and control characters included. */
export function anyText({ minLength = 0 }: { readonly minLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ unit: codeUnit.map((code) => String.fromCharCode(code)), minLength });
}
