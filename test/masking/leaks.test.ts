/** The part of `npm run masking:leaks` that runs with every change: all carriers, the values nobody may miss. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARRIERS } from './leak-carriers.ts';
import { FEW, isFoundIn, spellings } from './leak-values.ts';
import { leakCount, searchLeaks, startLeakGateway } from './leaks.ts';

test('no value planted in any carrier is found in records, files, log lines, metrics, or on a wire that is masked', async (t) => {
  const leaks = await searchLeaks(await startLeakGateway(t), FEW);
  const found = leaks.rows.flatMap(({ carrier, inBook, onWire }) => [
    ...inBook.map((value) => `${carrier.name}: ${value} in the book`),
    ...onWire.map((value) => `${carrier.name}: ${value} on the wire`),
  ]);
  assert.deepEqual(found, []);
  assert.deepEqual([leaks.onDisk, leaks.inLog, leaks.inMetrics], [[], [], []]);
  assert.equal(leakCount(leaks), 0);
  for (const { carrier, planted, carried } of leaks.rows) {
    if (carrier.wire === 'own') assert.equal(carried, 0, `${carrier.name} reaches somebody after all`);
    else assert.equal(carried, planted, `${carrier.name} does not carry what is planted in it, so it shows nothing`);
  }
  assert.equal(leaks.rows.length, CARRIERS.length);
});

test('a value is found in each way it can be spelled', () => {
  for (const { value } of FEW)
    for (const around of ['', 'a', 'ab']) {
      const text = `${around}${value}${around}xyz`;
      for (const spelled of [
        text,
        encodeURIComponent(text),
        Buffer.from(text).toString('base64'),
        Buffer.from(text).toString('hex'),
      ])
        assert.ok(isFoundIn(value, spelled), spelled);
    }
  assert.equal(isFoundIn('grace@example.org', 'nothing of the kind'), false);
  assert.ok(
    spellings('a b').every((one) => one.length >= 6 || one === ''),
    'too short to be told from chance',
  );
});
