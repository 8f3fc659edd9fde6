import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { readYaml } from '#config/yaml-text.ts';

const messages = (text: string): string =>
  readYaml(text)
    .problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`)
    .join('\n');

test('the place of a value, of a key, and of what is missing is found by its path', () => {
  const yaml = readYaml('a:\n  b: [x, {c: 1}]\n  d: 2\nanchor: &n {e: 3}\nalias: *n\n');
  assert.deepEqual(yaml.problems, []);
  assert.deepEqual(yaml.place(['a', 'b', 1, 'c']), { line: 2, column: 14 });
  assert.deepEqual(yaml.place(['a', 'b', 1, 'c'], true), { line: 2, column: 11 });
  assert.deepEqual(yaml.place(['a', 'd'], true), { line: 3, column: 3 });
  assert.deepEqual(yaml.place(['a', 'gone']), { line: 1, column: 1 });
  assert.deepEqual(yaml.place(['alias', 'e']), { line: 4, column: 16 });
});

test('a duplicate key is refused at its second place, and the rest is still read', () => {
  assert.match(messages('a: 1\nb: 2\na: 3\n'), /^3:1 map keys must be unique$/);
  assert.notEqual(readYaml('a: 1\na: 3\n').value, undefined);
});

test('YAML 1.2 core: yes, on and dates are text, and there are no merge keys', () => {
  assert.deepEqual(readYaml('a: yes\nb: on\nc: 2026-01-01\nd: 0o10\ne: true\n').value, {
    a: 'yes',
    b: 'on',
    c: '2026-01-01',
    d: 8,
    e: true,
  });
  const merged = readYaml('x: &x {a: 1}\ny: {<<: *x}\n').value;
  assert.deepEqual(merged, { x: { a: 1 }, y: { '<<': { a: 1 } } });
});

test('unknown tags, several documents, keys that are no text and broken syntax are refused with their place', () => {
  assert.match(messages('a: !!js/function x\n'), /^1:4 /);
  assert.match(messages('a: 1\n---\nb: 2\n'), /^2:1 /);
  assert.match(messages('1: a\n'), /^1:1 this key is not usable/);
  assert.match(messages('? [a]\n: b\n'), /this key is not usable/);
  assert.match(messages('a: {__proto__: {x: 1}}\n'), /^1:5 this key is not usable/);
  assert.match(messages('a: "x\n'), /^\d+:\d+ missing closing/);
  assert.equal(readYaml('a: "x\n').value, undefined);
});

test('a file too large, an alias bomb and bottomless nesting are refused before they cost anything', () => {
  assert.match(messages('a'.repeat(LIMITS.configBytes + 1)), /larger than/);
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let n = 1; n < 9; n += 1)
    bomb.push(
      `a${n}: &a${n} [${Array(10)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    );
  assert.match(messages(bomb.join('\n')), /alias/);
  assert.match(messages('['.repeat(100_000)), /nested more than/);
  assert.match(messages('a: {'.repeat(1_000)), /nested more than/);
  assert.match(messages('- '.repeat(10_000)), /nested more than/);
  assert.match(messages('[\n'.repeat(5_000)), /nested more than/);
  assert.match(messages(` ${'a: '.repeat(20_000)}\nb`), /^1:1 values are nested more than/);
  assert.match(messages(Array.from({ length: 900 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')), /nested more than/);
});

test('brackets within text are no nesting', () => {
  assert.equal(messages(`a: "${'['.repeat(50)}"\n`), '');
  assert.equal(messages(Array.from({ length: 200 }, (_, n) => `a${n}: [${n}]`).join('\n')), '');
});
