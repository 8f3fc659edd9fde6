import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { TextProfile } from '#masking/engine/text-profile.ts';
import { decodedView, edgeOf, needsView, viewWindows } from '#masking/engine/views.ts';

const seen = (text: string): string => decodedView(text)?.text ?? text;
const MAIL = 'quoted-printable ';
const isNeeded = (text: string): boolean => {
  const profile = new TextProfile();
  profile.read(text);
  return needsView(text, profile);
};

test('a view says what a decoder would read', () => {
  for (const [text, expected] of [
    ['a%40b.com', 'a@b.com'],
    ['a%2540b.com', 'a@b.com'],
    ['a&#64;b&#x2e;com &amp; c', 'a@b.com & c'],
    ['a&commat;b', 'a@b'],
    ['a\\u0040b.com\\n\\"c\\"', 'a@b.com "c"'],
    ['４１１１', '4111'],
    ['41\u200b11', '4111'],
    ['078‑05‑1120', '078-05-1120'],
    ['1\u00a0234', '1 234'],
    ['%C3%A9t%C3%A9', 'été'],
    ['\\\\u0040', '@'],
    ['𝟒𝟏', '41'],
    ['٤١ ۴۱ ४१', '41 41 41'],
    ['4\u{e0100}1\u{e0031}1', '411'],
    ['4\u0332 4\u20e3 \u31644\uffa04', '4 4 44'],
    ['\\u{40}\\U00000040\\100%u0040', '@@@@'],
    ['a&#64b&#x40;', 'a@b@'],
    ['%u0040', '@'],
    ['\u001b[1;31m4\u001b[0m1\u0000', '41'],
    ['\\u001b[31m4\\e[0m \\033[1m1', '4 1'],
    [`quoted-printable: a=40b=C3=A9 c=\r\nd e=`, 'quoted-printable: a@bé cd e='],
    [`${'x'.repeat(60)} a=\nb`, `${'x'.repeat(60)} ab`],
  ] as const) {
    assert.equal(seen(text), expected, text);
    assert.equal(isNeeded(text), true, text);
  }
});

test('a text that says what it says has no view', () => {
  for (const text of [
    'plain',
    'été naïve',
    '100% of it',
    'a & b',
    'C:\\dir',
    'ñ 漢字',
    '%zz',
    '&nosuch;',
    'a=41',
    'A=\nB=\n',
    '\\99',
  ])
    assert.equal(decodedView(text), undefined, text);
  assert.equal(isNeeded('été 100% a & b'), false);
});

test('every character of a view leads back to what it stands for, in order', () => {
  const part = fc.constantFrom(
    'a',
    '%41',
    '&#66;',
    '\\u0043',
    '\u200b',
    '４',
    'é',
    '%',
    '&',
    '\\',
    '%25',
    '\ud800',
    '\u0000',
    '\u001b[1m',
    '\\101',
    '\\u{42}',
    '=\n',
    'quoted-printable',
    '𝟒',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const view = decodedView(text);
      if (view === undefined) return;
      for (let at = 0; at < view.text.length; at++) {
        const start = view.startOf(at);
        const end = view.endOf(at);
        assert.ok(start < end && end <= text.length);
        assert.ok(at === 0 || view.startOf(at - 1) <= start);
        // what stands for one character says that character by itself, or in a mail; others stand for themselves
        const original = text.slice(start, end);
        const char = view.text.charAt(at);
        const inMail = `${MAIL}${original}`;
        const said = [original, seen(original), seen(inMail).slice(MAIL.length)];
        assert.ok(
          said.some((one) => one.includes(char)),
          text,
        );
      }
    }),
  );
});

test('what a decoder reads otherwise is looked at with its surroundings, between tokens, unless that is most of the text', () => {
  const clean = 'word '.repeat(4_000);
  const windows = viewWindows(`${clean}a%40b ${clean}`);
  assert.deepEqual(
    windows?.map(({ start, end }) => [start % 5, end - start]),
    [[0, 4_105]],
  );
  assert.deepEqual(viewWindows(`100% of ${clean}`), []);
  assert.equal(viewWindows(`a%40b ${clean}`.repeat(2))?.length, 2);
  assert.equal(viewWindows('a%40b '.repeat(2_000)), undefined);
  assert.equal(viewWindows(`quoted-printable ${clean}a%40b x=40y ${clean}`), undefined);
  assert.equal(viewWindows(`${'a'.repeat(30_000)}%40${'b'.repeat(30_000)} ${clean.repeat(9)}`), undefined);
});

test('a hit at the edge of a part is not its own, and one that the edge cuts makes the part too small', () => {
  const window = { start: 5_000, end: 10_000 };
  const edge = (start: number, end: number): string => edgeOf(window, 20_000, { start, end });
  assert.deepEqual([edge(2_000, 2_010), edge(10, 20), edge(4_900, 4_910)], ['inside', 'edge', 'edge']);
  assert.deepEqual([edge(0, 1_030), edge(3_000, 5_000)], ['cut', 'cut']);
  assert.equal(edgeOf({ start: 0, end: 5_000 }, 5_000, { start: 0, end: 5_000 }), 'inside');
});

test('a part ends in what is masked already, and in no token', () => {
  const masked = `a %41 ${'b '.repeat(1_000)}[${'~'.repeat(60_000)}]`;
  assert.deepEqual(viewWindows(masked), [{ start: 0, end: 2_053 }]);
  const tokens = `a %41 ${'b '.repeat(1_000)}${'c~'.repeat(30_000)}`;
  assert.equal(viewWindows(tokens), undefined);
});
