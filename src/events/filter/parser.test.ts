import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ATTRIBUTE_NAMES } from '#events/filter/attributes.ts';
import type { Filter } from '#events/filter/ast.ts';
import { parseFilter } from '#events/filter/parser.ts';
import { LIMITS } from '#limits.ts';

const shape = (filter: Filter): unknown => {
  switch (filter.op) {
    case 'and':
    case 'or':
      return [filter.op, ...filter.terms.map(shape)];
    case 'not':
      return ['not', shape(filter.term)];
    case 'pr':
      return 'pr';
    case 'compare':
      return `${filter.comparison} ${'value' in filter.value ? filter.value.value : filter.value.n}`;
    default:
      return filter;
  }
};

const parse = (text: string): unknown => {
  const result = parseFilter(text, LIMITS);
  return result.ok ? shape(result.value) : result.error;
};

const fault = (text: string): { readonly offset: number; readonly expected: string } => {
  const result = parseFilter(text, LIMITS);
  assert.ok(!result.ok, `${text} was accepted`);
  return result.error;
};

test('and binds tighter than or, brackets and not group', () => {
  assert.deepEqual(parse('name eq "a" or name eq "b" and name eq "c"'), ['or', 'eq a', ['and', 'eq b', 'eq c']]);
  assert.deepEqual(parse('(name eq "a" or name eq "b") and not (name pr)'), [
    'and',
    ['or', 'eq a', 'eq b'],
    ['not', 'pr'],
  ]);
});

test('operators and attribute names are read in any case', () => {
  assert.deepEqual(parse('CALLER.Subject EQ "x" AND NOT (durationms GT 5)'), ['and', 'eq x', ['not', 'gt 5']]);
});

test('values are typed by their attribute', () => {
  assert.equal(parse('time ge "1970-01-01T00:00:01+00:00"'), 'ge 1000');
  assert.equal(parse('id eq "a:12"'), 'eq 12');
  assert.deepEqual(parse('code eq null'), ['not', 'pr']);
  assert.equal(parse('code ne null'), 'pr');
});

for (const [text, offset, expected] of [
  ['', 0, /an attribute/],
  ['nme eq "x"', 0, /one of: id time/],
  ['arguments co "x"', 0, /with q/],
  ['name', 4, /an operator: eq ne/],
  ['name is "x"', 5, /an operator/],
  ['name eq', 7, /a string in double quotes/],
  ['name eq x', 8, /a string in double quotes/],
  ['name eq 5', 8, /a string/],
  ['durationMs eq "5"', 14, /a number/],
  ['durationMs co 5', 11, /for durationMs one of: eq ne gt/],
  ['time gt "yesterday"', 8, /RFC 3339/],
  ['time gt 5', 8, /RFC 3339/],
  ['kind eq "intents"', 8, /"intent" "denied"/],
  ['id eq "12"', 6, /record id/],
  ['caller eq "x"', 7, /"pr", or a member: caller.issuer/],
  ['masking[type eq "SECRET"]', 7, /a dot and the member/],
  ['name eq "x" name eq "y"', 12, /"and", "or" or the end/],
  ['name eq "x" and', 15, /an attribute/],
  ['not name pr', 4, /"\(" after "not"/],
  ['(name pr', 8, /or "\)"/],
  ['name pr)', 7, /the end/],
] as const) {
  test(`"${text}" is refused at offset ${offset}, saying what is expected`, () => {
    const error = fault(text);
    assert.equal(error.offset, offset);
    assert.match(error.expected, expected);
  });
}

test('length, nesting and number of comparisons are bounded', () => {
  assert.match(fault(`name eq "${'x'.repeat(LIMITS.filterChars)}"`).expected, /at most 4096 characters/);
  assert.match(fault(`${'('.repeat(17)}name pr${')'.repeat(17)}`).expected, /at most 16 brackets/);
  assert.equal(parse(`${'('.repeat(16)}name pr${')'.repeat(16)}`), 'pr');
  assert.match(fault(Array(65).fill('name pr').join(' or ')).expected, /at most 64 comparisons/);
  fault('('.repeat(LIMITS.filterChars));
  fault('not('.repeat(LIMITS.filterChars / 4));
});

test('any text is read or refused at an offset within it, never thrown at', () => {
  const words = fc.constantFrom(
    ...ATTRIBUTE_NAMES,
    'and',
    'or',
    'not',
    'eq',
    'pr',
    'co',
    'gt',
    '(',
    ')',
    '[',
    '"x"',
    '5',
    '"a:1"',
    'null',
    '"2026-01-01T00:00:00Z"',
    '\\',
    '"',
    '.',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const result = parseFilter(text, LIMITS);
      if (!result.ok)
        assert.ok(result.error.offset >= 0 && result.error.offset <= text.length && result.error.expected !== '');
    }),
    { numRuns: 2_000 },
  );
});
