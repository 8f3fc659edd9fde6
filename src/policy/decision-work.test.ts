import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createDecisionWork, useUnits } from '#policy/decision-work.ts';
import { methodUse } from '#policy/method-use.ts';

const units = (uri: string): number =>
  useUnits(
    methodUse('resources/read', uri, () => undefined),
    uri,
  );

test('work is over when more was spent than the limit, and stays over', () => {
  const work = createDecisionWork(10);
  work.spend(10);
  assert.ok(!work.isOver());
  work.spend(1);
  assert.ok(work.isOver());
  work.spend(0);
  assert.ok(work.isOver());
  assert.equal(work.spent(), 11);
});

test('a URI costs more the longer it is and the more readings it has, also where it is refused for them', () => {
  const plain = units('memo://x/a');
  const long = units(`memo://x/${'a'.repeat(4_000)}`);
  assert.ok(long > 10 * plain, `${plain} ${long}`);
  const twice = units(`memo://x/${'a'.repeat(4_000)}?b`);
  assert.ok(twice > 1.4 * long, `${long} ${twice}`);
  const refused = units(`memo://u@x//a;v%2C/${'b%2Cc'.repeat(800)}/?d#e`);
  assert.ok(refused > LIMITS.uriReadings * long, `${long} ${refused}`);
  const unsafe = units(`memo://x/../${'a'.repeat(4_000)}`);
  assert.ok(unsafe > long, `${long} ${unsafe}`);
});

test('a template, an implicit method and what follows nothing cost by what was sent', () => {
  for (const name of ['', 'a'.repeat(4_000)]) {
    const uses = [
      methodUse('completion/complete', name, () => ({ ref: { type: 'ref/resource', uri: `memo://x/{a}${name}` } })),
      methodUse('tools/list', name, () => undefined),
      methodUse('completion/complete', name, () => undefined),
    ];
    assert.deepEqual(
      uses.map(({ kind }) => kind),
      ['prefix', 'implicit', 'nothing'],
    );
    for (const use of uses) assert.ok(useUnits(use, name) > name.length / 10, use.kind);
  }
});
