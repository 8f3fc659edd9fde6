import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '#masking/masked.ts';
import { LIMITS } from '#limits.ts';
import { pathText, rowsHtml, valuePartHtml } from '#signin/approvals/argument-html.ts';
import type { ArgumentPlace } from '#signin/approvals/argument-html.ts';
import { argumentRows } from '#signin/approvals/argument-rows.ts';

const TOKEN = '[EMAIL_ADDRESS:k1:abcdefghijkl2]';
const placeOf = (findings: readonly Finding[] = [], isUnmasked = false): ArgumentPlace => ({
  path: '/approvals/apr_1',
  findings,
  isUnmasked,
});
const FOUND: Finding = {
  rule: 'EMAIL_ADDRESS',
  type: 'EMAIL_ADDRESS',
  pointer: '/params/arguments/to',
  count: 1,
  store: 'token',
};
const html = (value: unknown, place = placeOf(), from = 0): string =>
  rowsHtml(argumentRows(value, LIMITS.approvalRows).rows, from, place, LIMITS).text;

test('a long value is cut by itself, says its size, and can be seen whole without a script', () => {
  const text = html({ a: 'ü'.repeat(5_000), b: 'short' });
  assert.match(text, /"ü{400}…<\/bdi><\/code> \(5,000 characters, 10,000 bytes\)/);
  assert.match(text, /<details>\s*<summary>The whole of it: 5,000 characters, 10,000 bytes<\/summary>/);
  assert.match(text, /ü{5000}/);
  assert.match(text, /"short"/);
});

test('what would make a page too long to load has a page of its own, and all the parts together are the value', () => {
  const long = Array.from({ length: LIMITS.approvalUnfoldedChars / 10 + 1 }, (_, at) =>
    String(at).padStart(10, '.'),
  ).join('');
  const text = html({ a: long });
  assert.doesNotMatch(text, /<details>/);
  assert.match(text, /href="\/approvals\/apr_1\/value\?row=0&amp;from=0">See value 1 whole/);
  const { rows } = argumentRows({ a: long }, LIMITS.approvalRows);
  const [row] = rows;
  assert.ok(row);
  let whole = '';
  for (let from = 0; from < long.length; from += LIMITS.approvalPartChars) {
    const part: string = valuePartHtml(row, 0, from, placeOf(), LIMITS).text;
    whole += /<bdi>"([^"]*)"<\/bdi><\/code><\/div>/.exec(part)?.[1] ?? '';
    assert.equal(part.includes('The next part'), from + LIMITS.approvalPartChars < long.length);
  }
  assert.equal(whole, long);
});

test('many values are on several pages, each said to be one', () => {
  const many = Array.from({ length: LIMITS.approvalPageRows + 5 }, (_, at) => at);
  const first = html(many);
  assert.equal([...first.matchAll(/<li>/g)].length, LIMITS.approvalPageRows);
  assert.match(first.replaceAll(/\s+/g, ' '), /arguments\?from=200" ?>Values 201 to 205<\/a ?> of 205/);
  const second = html(many, placeOf(), LIMITS.approvalPageRows);
  assert.match(second, /<ol class="rows" start="201">/);
  assert.match(second, /arguments\?from=0">The values before/);
});

test('a place is spelled so that no key looks like another place', () => {
  assert.equal(pathText(['items', 3, 'name']), 'items[3].name');
  assert.equal(pathText(['a.b', 'two words', '"]']), String.raw`["a.b"]["two words"]["\"]"]`);
  assert.equal(pathText([]), '(all of it)');
  assert.match(html({ 'p\u0430y\u200b': 1 }), /class="twin">а\\u\{430\}<\/mark>y<mark class="unseen">\\u\{200b\}/);
});

test('a masked value says what kind it is and whether the server gets it', () => {
  const text = html({ to: TOKEN }, placeOf([FOUND]));
  assert.match(text, /class="masked">\[EMAIL_ADDRESS/);
  assert.match(text, /Masked here: email address; the server gets it as it was written\./);
  assert.match(html({ to: TOKEN }, placeOf([{ ...FOUND, inline: 'token' }])), /the server gets it masked too/);
});

test('a token that whoever asks wrote is not taken for a mask, also not beside a real one', () => {
  assert.match(html({ other: TOKEN }, placeOf([FOUND])), /class="twin">\[EMAIL_ADDRESS.*no mask: written so/);
  assert.match(html({ to: `${TOKEN} ${TOKEN}` }, placeOf([FOUND])), /no mask: written so/);
});

test('what is shown unmasked is on its one page, and says what is masked elsewhere and what is too long for it', () => {
  const place = placeOf([FOUND], true);
  const most = LIMITS.approvalUnfoldedChars;
  const many = Array.from({ length: LIMITS.approvalPageRows }, (_, at) => at);
  const text = html({ to: 'ada@example.com', long: 'x'.repeat(most), longer: 'y'.repeat(most), many }, place);
  assert.match(text, /ada@example\.com/);
  assert.match(text, /Masked elsewhere: email address/);
  assert.match(text, new RegExp(`x{${most}}`));
  assert.match(text, /value\?row=2&amp;from=0">See value 3 whole, as it is masked/);
  assert.match(text, /many\[199\]/);
});
