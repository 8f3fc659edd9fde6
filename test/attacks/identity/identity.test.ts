/** Every attack of the table, carried out against a whole gateway; and that the table, its guards and its page agree. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGE, pageText, readSeen, ROOT } from './files.ts';
import { GUARDS } from './guards.ts';
import { applied, sumOf } from './prove-guards.ts';
import { runAttacks } from './run.ts';
import type { Verdict } from './run.ts';
import { ATTACKS } from './table.ts';

const wanted = process.env['GATEBOOK_ATTACKS']?.split(',');
const attacks = ATTACKS.filter(({ name }) => wanted === undefined || wanted.includes(name));

test('attacks on identity are answered and recorded as the table says', async (t) => {
  const verdicts: Verdict[] = [];
  await runAttacks(attacks, (verdict) => void verdicts.push(verdict));
  assert.equal(verdicts.length, attacks.length);
  for (const { attack, failure } of verdicts)
    await t.test(`${attack.name}: ${attack.tried}`, () => {
      if (failure !== undefined) throw failure;
    });
});

test('every attack has a name of its own and a guard, and every guard an attack', () => {
  const names = ATTACKS.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
  const guarded = new Set(GUARDS.flatMap((guard) => guard.attacks));
  assert.deepEqual(
    names.filter((name) => !guarded.has(name)),
    [],
    'without a guard',
  );
  assert.deepEqual(
    [...guarded].filter((name) => !names.includes(name)),
    [],
    'guards against attacks that are not in the table',
  );
  assert.ok(names.length >= 100, 'the table was cut');
});

test('every patch that removes a guard still applies', () => {
  for (const { guard, patches } of GUARDS) {
    assert.ok(patches.length > 0, guard);
    const texts = new Map<string, string>();
    for (const patch of patches) {
      const text = applied(texts.get(patch.file) ?? readFileSync(join(ROOT, patch.file), 'utf8'), patch);
      assert.ok(text !== undefined, `${guard}: ${patch.file} no longer has, exactly once: ${patch.find}`);
      assert.notEqual(patch.find, patch.replace, guard);
      texts.set(patch.file, text);
    }
  }
});

test('every attack was seen failing without its guard as it now stands: else `npm run attacks:guards -- --write`', () => {
  const seen = new Map(readSeen().map((one) => [`${one.attack} ${one.sum}`, one]));
  const unseen = GUARDS.flatMap((guard) =>
    guard.attacks.filter((attack) => seen.get(`${attack} ${sumOf(guard)}`)?.failed !== true),
  );
  assert.deepEqual(unseen, []);
});

test('docs/SECURITY-TESTS.md is what the table says: else `npm run attacks -- --write`', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), pageText());
});

test('README.md says no more attacks than each part of docs/SECURITY-TESTS.md has', () => {
  const parts = readFileSync(PAGE, 'utf8').split(/^# /m).slice(1);
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  assert.ok(parts.length > 0);
  for (const part of parts) {
    const anchor = (part.split('\n')[0] ?? '').toLowerCase().replaceAll(' ', '-');
    const has = /^(\d+) attacks\.$/m.exec(part)?.[1];
    const told = new RegExp(`(\\d+) attacks\\]\\(docs/SECURITY-TESTS\\.md#${anchor}\\)`).exec(readme)?.[1];
    assert.ok(Number(told) <= Number(has), `${anchor}: README says ${told}, the page has ${has}`);
  }
});
