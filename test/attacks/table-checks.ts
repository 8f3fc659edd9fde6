/** What holds of every table of attacks: each is tried, has a guard, and was seen to succeed without it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSeen, ROOT } from './identity/files.ts';
import type { Guard } from './identity/guards.ts';
import { applied, sumOf } from './identity/prove-guards.ts';

type Named = { readonly name: string; readonly tried: string };
type Outcome<Attack> = { readonly attack: Attack; readonly failure: unknown };

export type AttackTable<Attack extends Named> = {
  /** What it is about, as in `attacks on approvals`. */
  readonly about: string;
  readonly attacks: readonly Attack[];
  readonly guards: readonly Guard[];
  /** Fewer than these, and the table was cut. */
  readonly least: number;
  /** Where it is written down what was seen. */
  readonly seen: Parameters<typeof readSeen>[0];
  readonly run: (attacks: readonly Attack[], tell: (outcome: Outcome<Attack>) => void) => Promise<unknown>;
  /** Only these are tried. */
  readonly wanted?: readonly string[] | undefined;
};

function guardsApply(guards: readonly Guard[]): void {
  for (const { guard, patches } of guards) {
    assert.ok(patches.length > 0, guard);
    const texts = new Map<string, string>();
    for (const patch of patches) {
      const text = applied(texts.get(patch.file) ?? readFileSync(join(ROOT, patch.file), 'utf8'), patch);
      assert.ok(text !== undefined, `${guard}: ${patch.file} no longer has, exactly once: ${patch.find}`);
      assert.notEqual(patch.find, patch.replace, guard);
      texts.set(patch.file, text);
    }
  }
}

function namesAgree(names: readonly string[], guards: readonly Guard[], least: number): void {
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  assert.deepEqual(twice, []);
  const guarded = new Set(guards.flatMap((guard) => guard.attacks));
  const unguarded = names.filter((name) => !guarded.has(name));
  assert.deepEqual(unguarded, [], 'without a guard');
  const unknown = [...guarded].filter((name) => !names.includes(name));
  assert.deepEqual(unknown, [], 'guards against what is not in the table');
  assert.ok(names.length >= least, 'the table was cut');
}

export function checkTable<Attack extends Named>(table: AttackTable<Attack>): void {
  const { about, guards, wanted } = table;

  test(`${about} are answered and recorded as the table says`, async (t) => {
    const attacks = table.attacks.filter(({ name }) => wanted === undefined || wanted.includes(name));
    const outcomes: Outcome<Attack>[] = [];
    await table.run(attacks, (outcome) => void outcomes.push(outcome));
    assert.equal(outcomes.length, attacks.length);
    for (const { attack, failure } of outcomes)
      await t.test(`${attack.name}: ${attack.tried}`, () => {
        if (failure !== undefined) throw failure;
      });
  });

  test(`${about} have each a name of its own and a guard, and every guard an attack`, () =>
    namesAgree(
      table.attacks.map(({ name }) => name),
      guards,
      table.least,
    ));

  test(`every patch that removes a guard against ${about} still applies`, () => guardsApply(guards));

  test(`${about} were each seen to succeed without the guard as it now stands: else \`npm run attacks:guards -- --write\``, () => {
    const seen = new Map(readSeen(table.seen).map((one) => [`${one.attack} ${one.sum}`, one]));
    const unseen = guards.flatMap((guard) =>
      guard.attacks.filter((attack) => seen.get(`${attack} ${sumOf(guard)}`)?.failed !== true),
    );
    assert.deepEqual(unseen, []);
  });
}
