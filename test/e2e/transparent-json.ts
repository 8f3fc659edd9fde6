/** JSON texts in all the spellings JSON has, and never with a key twice. */
import * as fc from 'fast-check';

const digits = fc.stringMatching(/^(?:0|[1-9]\d{0,24})$/);
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.option(fc.stringMatching(/^\.\d{1,20}$/), { nil: '' }),
    fc.option(fc.stringMatching(/^[eE][+-]?\d{1,3}$/), { nil: '' }),
  )
  .map((parts) => parts.join(''));

const hex = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '"': '\\"', '\\': '\\\\', '/': '\\/' };

/** One character, spelled plainly, as \uXXXX for each of its units, or with its short escape. */
const characterText = fc
  .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.nat(2))
  .map(([character, spelling]) => {
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    const escaped = units.map(hex).join('');
    const needsEscape = character < ' ' || character === '"' || character === '\\';
    if (spelling === 0 && !needsEscape) return character;
    return spelling === 1 ? (SHORT[character] ?? escaped) : escaped;
  });
const stringBody = fc.array(characterText, { maxLength: 8 }).map((parts) => parts.join(''));
const stringText = stringBody.map((body) => `"${body}"`);

const space = fc.constantFrom('', '', ' ', '\t', '\n', ' \n ');
const around = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(space, text, space).map((parts) => parts.join(''));

const { any } = fc.letrec<{ any: string }>((tie) => ({
  any: around(
    fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('null', 'true', 'false'),
      numberText,
      stringText,
      fc.array(tie('any'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc
        .array(fc.tuple(stringBody, tie('any')), { maxLength: 4 })
        // The number in front makes every key another one.
        .map((members) => `{${members.map(([key, value], at) => `"${at}${key}" :${value}`).join(',')}}`),
    ),
  ),
}));

export const anyJsonText: fc.Arbitrary<string> = any;
