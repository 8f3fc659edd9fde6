import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from '@bufbuild/cel';
import { depthOf, kindOf } from '#policy/condition-shape.ts';

const SCOPE = { bound: new Set<string>(), macros: 0, depth: 0 };
const kind = (text: string) => kindOf(parse(text).expr, SCOPE);

test('what certainly is a boolean, certainly is none, and may be either are told apart', () => {
  for (const text of [
    'true',
    'a == b',
    'has(args.x)',
    'args.l.all(x, x)',
    'args.l.exists_one(x, x)',
    '!args.x',
    'tool.changed',
    'bool(args.x)',
    'true ? false : true',
  ]) {
    assert.equal(kind(text), 'boolean', text);
  }
  for (const text of [
    '1',
    'name',
    'caller.subject',
    '[true]',
    '{"a": true}',
    'args.l.filter(x, true)',
    'args.l.map(x, true)',
    'size(args)',
    'true ? 1 : args.x',
    'tool.annotations',
  ]) {
    assert.equal(kind(text), 'other', text);
  }
  for (const text of [
    'args.x',
    'args.l[0]',
    'dyn(args.x)',
    'true ? args.x : args.y',
    'tool.annotations.readOnlyHint',
  ]) {
    assert.equal(kind(text), 'unknown', text);
  }
});

test('depth counts levels of the tree and stops at the most asked for', () => {
  assert.equal(depthOf(parse('a').expr, 10), 1);
  assert.equal(depthOf(parse('a + (b + (c + d))').expr, 10), 4);
  assert.equal(depthOf(parse('a + (b + (c + d))').expr, 2), 2);
});
