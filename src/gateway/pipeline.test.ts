import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ANSWER_STEPS, CALL_STEPS, CHECKED, SESSION_END_STEPS } from '#gateway/pipeline.ts';

const page = readFileSync(new URL('../../docs/ARCHITECTURE.md', import.meta.url), 'utf8');
const namesOf = (steps: readonly { readonly name: string }[]): string[] => steps.map(({ name }) => name);

test('a call passes the steps in the order of the table in docs/ARCHITECTURE.md', () => {
  const table = /^\| step \| establishes \|[^\n]*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? '';
  const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]);
  assert.deepEqual(namesOf(CALL_STEPS), rows);
});

test('an answer passes the steps in the order that docs/ARCHITECTURE.md names', () => {
  const line = /^Then, for every message that comes back: (.*)\.$/m.exec(page)?.[1] ?? '';
  assert.deepEqual(
    namesOf(ANSWER_STEPS),
    [...line.matchAll(/`(\w+)`/g)].map((found) => found[1]),
  );
});

test('nothing of a body is read before its sender is verified and has a grant', () => {
  const order = namesOf(CALL_STEPS);
  for (const before of ['identify', 'limitCaller', 'resolveConnection'])
    assert.ok(order.indexOf(before) < order.indexOf('readBody'), before);
});

test('a session ends by the steps of a call as far as no message is needed', () => {
  const [head, ...rest] = namesOf(SESSION_END_STEPS);
  assert.match(head ?? '', /^receive/);
  assert.deepEqual(rest, namesOf(CALL_STEPS).slice(1, rest.length + 1));
  assert.equal(CHECKED.length, 3);
});
