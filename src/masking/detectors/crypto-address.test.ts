import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScanBudget } from '#masking/engine/budget.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { NO_PLACE } from '#masking/engine/place.ts';
import { found } from '#test/fakes/detect.ts';

const TYPE = 'CRYPTO';

test('addresses of wallets are found by their checksum', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
    ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
    ['0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('hashes and broken checksums are none', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb'],
    ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD'],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});

test('an address that its checksum refuses is none however often it stands there, and the others are found beside it', () => {
  const broken = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD';
  const good = ['0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'];
  const text = `${`${broken} `.repeat(10)}${good.join(' ')} ${`${broken} `.repeat(10)}`;
  const hits = createEngine({ types: new Set([TYPE]) }).scan(text, NO_PLACE, new ScanBudget(1e9, 3));
  assert.ok(hits.ok);
  assert.deepEqual(
    hits.value.map(({ start, end }) => text.slice(start, end)),
    good,
  );
});
