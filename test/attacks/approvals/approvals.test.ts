/** Every attack on approvals of the table, tried against a whole gateway; and that the table and its guards agree. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSeen, ROOT } from '../identity/files.ts';
import { applied, sumOf } from '../identity/prove-guards.ts';
import { GUARDS } from './guards.ts';
import { runAttacks } from './run.ts';
import type { Verdict } from './run.ts';
import { ATTACKS } from './table.ts';

test('attacks on approvals are answered and recorded as the table says', async (t) => {
  const verdicts: Verdict[] = [];
  await runAttacks(ATTACKS, (verdict) => void verdicts.push(verdict));
  assert.equal(verdicts.length, ATTACKS.length);
  for (const { attack, failure } of verdicts)
    await t.test(`${attack.name}: ${attack.tried}`, () => {
      if (failure !== undefined) throw failure;
    });
});

test('every attack on approvals has a name of its own and a guard, and every guard an attack', () => {
  const names = ATTACKS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const guarded = new Set(GUARDS.flatMap((guard) => guard.attacks));
  assert.deepEqual(
    names.filter((name) => !guarded.has(name)),
    [],
    'without a guard',
  );
  assert.deepEqual(
    [...guarded].filter((name) => !names.includes(name)),
    [],
    'guards against what is not in the table',
  );
  assert.ok(names.length >= 20, 'the table was cut');
});

test('every patch that removes a guard of approvals still applies', () => {
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

test('every attack on approvals was seen to succeed without its guard as it now stands: else `npm run attacks:guards -- --write`', () => {
  const seen = new Map(readSeen('approvals').map((one) => [`${one.attack} ${one.sum}`, one]));
  const unseen = GUARDS.flatMap((guard) =>
    guard.attacks.filter((attack) => seen.get(`${attack} ${sumOf(guard)}`)?.failed !== true),
  );
  assert.deepEqual(unseen, []);
});
