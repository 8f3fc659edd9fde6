import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';
import { passesMod97 } from '#masking/detectors/iban.ts';

const TYPE = 'IBAN_CODE';

test('IBANs are found in fours, in one piece and in small letters', () => {
  const cases: readonly (readonly [expected: string, text: string, key?: string])[] = [
    ['DE89 3704 0044 0532 0130 00', 'to DE89 3704 0044 0532 0130 00.'],
    ['GB82WEST12345698765432', 'GB82WEST12345698765432'],
    ['nl91abna0417164300', 'nl91abna0417164300'],
    ['FR14-2004-1010-0505-0001-3M02-606', 'FR14-2004-1010-0505-0001-3M02-606'],
  ];
  for (const [expected, text, key] of cases) assert.deepEqual(found(TYPE, text, key), [expected], text);
});

test('a wrong check digit, length or country is no IBAN', () => {
  const cases: readonly (readonly [text: string, key?: string])[] = [
    ['DE88 3704 0044 0532 0130 00'],
    ['DE8937040044053201300'],
    ['XX89370400440532013000'],
    ['XDE89370400440532013000'],
  ];
  for (const [text, key] of cases) assert.deepEqual(found(TYPE, text, key), [], text);
});

test('the check of ISO 7064 fails for any single wrong digit', () => {
  const number = 'GB82WEST12345698765432';
  assert.equal(passesMod97(number), true);
  for (let at = 8; at < number.length; at++) {
    const wrong = `${number.slice(0, at)}${(Number(number[at]) + 1) % 10}${number.slice(at + 1)}`;
    assert.equal(passesMod97(wrong), false, wrong);
  }
});
