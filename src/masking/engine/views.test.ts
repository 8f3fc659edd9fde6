import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { TextProfile } from '#masking/engine/text-profile.ts';
import { decodedView, needsView } from '#masking/engine/views.ts';

const seen = (text: string): string => decodedView(text)?.text ?? text;
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
      assert.equal(view.starts.length, view.text.length);
      for (let at = 0; at < view.text.length; at++) {
        assert.ok((view.starts[at] ?? 0) < (view.ends[at] ?? 0));
        assert.ok(at === 0 || (view.starts[at - 1] ?? 0) <= (view.starts[at] ?? 0));
        assert.ok((view.ends[at] ?? 0) <= text.length);
      }
    }),
  );
});
