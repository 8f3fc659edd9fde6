import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  ANSWER_STEPS,
  CALL_STEPS,
  CHECKED,
  ENDPOINT_STEPS,
  LISTEN_STEPS,
  SESSION_END_STEPS,
} from '#gateway/pipeline.ts';

const page = readFileSync(new URL('../../docs/ARCHITECTURE.md', import.meta.url), 'utf8');
const namesOf = (steps: readonly { readonly name: string }[]): string[] => steps.map(({ name }) => name);

test('a call passes the steps in the order of the table in docs/ARCHITECTURE.md', () => {
  const table = /^\| step \| establishes \|[^\n]*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? '';
  const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]);
  assert.deepEqual(namesOf(CALL_STEPS), rows);
});

test('an answer passes the steps in the order that docs/ARCHITECTURE.md names', () => {
  const line = /^Then, for every message that comes back, whatever it comes back on: (.*)\.$/m.exec(page)?.[1] ?? '';
  assert.deepEqual(
    namesOf(ANSWER_STEPS),
    [...line.matchAll(/`(\w+)`/g)].map((found) => found[1]),
  );
});

test('a stream is opened by the steps of a call as far as no message is needed, then by its own, in the order of the page', () => {
  const names = namesOf(LISTEN_STEPS);
  const before = /^`receiveListen` → (.*), then$/m.exec(page)?.[1] ?? '';
  const table = /^`receiveListen`.*, then\n\n\| step \|[^\n]*\n\|[-|]+\|\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? '';
  const shared = [...before.matchAll(/`(\w+)`/g)].map((found) => found[1]);
  const own = [...table.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]);
  assert.deepEqual(names, ['receiveListen', ...shared, ...own]);
  assert.deepEqual(shared, namesOf(CALL_STEPS).slice(1, shared.length + 1));
});

test('the stream of the old transport is opened like any other, in a session that begins with it', () => {
  const names = /^A client of the old HTTP\+SSE transport .*: (.*)\.$/m.exec(page)?.[1] ?? '';
  assert.deepEqual(
    namesOf(ENDPOINT_STEPS),
    [...names.matchAll(/`(\w+)`/g)].map((found) => found[1]),
  );
  const listening = namesOf(LISTEN_STEPS).map((name) => (name === 'findSession' ? 'beginEndpoint' : name));
  assert.deepEqual(
    namesOf(ENDPOINT_STEPS),
    listening.filter((name) => name !== 'findResumption'),
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
  assert.equal(CHECKED.length, 5);
});
