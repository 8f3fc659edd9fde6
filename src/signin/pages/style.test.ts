import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STYLE, STYLE_HEADERS, STYLE_VERSION } from '#signin/pages/style.ts';

test('the stylesheet loads nothing from anybody and knows light, dark and focus', () => {
  assert.doesNotMatch(STYLE, /url\(|@import|@font-face|https?:/);
  for (const part of ['light-dark(', ':focus-visible', '@media (min-width']) assert.ok(STYLE.includes(part), part);
});

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test('every text stands out from what it is on, by day and by night (WCAG 2.2 section 1.4.3)', () => {
  const colours = new Map(
    [...STYLE.matchAll(/--([\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\)/g)].map((match) => [
      match[1] ?? '',
      [match[2] ?? '', match[3] ?? ''],
    ]),
  );
  assert.ok(colours.size >= 8);
  const pairs = [
    ['ink', 'sheet'],
    ['ink', 'paper'],
    ['ink', 'note'],
    ['quiet', 'sheet'],
    ['quiet', 'paper'],
    ['act', 'sheet'],
    ['on-act', 'act'],
    ['danger', 'sheet'],
  ] as const;
  for (const [text, ground] of pairs)
    for (const mode of [0, 1]) {
      const ratio = contrast(colours.get(text)?.[mode] ?? '', colours.get(ground)?.[mode] ?? '');
      assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio}`);
    }
});

test('it may be kept for good, for its address changes with it', () => {
  assert.match(STYLE_VERSION, /^[\w-]{12}$/);
  assert.match(STYLE_HEADERS['cache-control'] ?? '', /immutable/);
});
