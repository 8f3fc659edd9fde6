import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { passesMod97 } from '#masking/detectors/iban.ts';
import { passesLuhn } from '#masking/detectors/luhn.ts';
import { createFormat, FORMED_ENTITIES } from '#masking/operators/format/format.ts';

const KEY = Buffer.alloc(32, 7);
const { put, spans } = createFormat({ id: 'k1', key: KEY });
const found = (text: string): readonly string[] =>
  (spans?.(text) ?? []).map(({ start, end }) => text.slice(start, end));

const SAMPLES: readonly (readonly [type: string, value: string, form: RegExp])[] = [
  ['EMAIL_ADDRESS', 'ada@acme.com', /^x[a-z2-7]{12}@example\.invalid$/],
  ['IP_ADDRESS', '10.1.2.3/24', /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}\/24$/],
  ['IP_ADDRESS', 'fe80::1', /^2001:db8(?::[0-9a-f]{4}){6}$/],
  ['MAC_ADDRESS', 'aa-bb-cc-dd-ee-ff', /^00-00-5e-00-53-[0-9a-f]{2}$/],
  ['CREDIT_CARD', '4111 1111 1111 1111', /^9999 \d{4} \d{4} \d{4}$/],
  ['CREDIT_CARD', '378282246310005', /^9999\d{11}$/],
  ['US_SSN', '123-45-6789', /^666-\d\d-\d{4}$/],
  ['PHONE_NUMBER', '(415) 555-2671', /^\(990\) \d{3}-\d{4}$/],
  ['PHONE_NUMBER', '+44 20 7946 0958', /^\+99 0\d \d{4} \d{4}$/],
  ['IBAN_CODE', 'DE89 3704 0044 0532 0130 00', /^ZZ\d\d \d{4} \d{4} \d{4} \d{4} \d\d$/],
  ['IBAN_CODE', 'GB82WEST12345698765432', /^ZZ\d\d[A-Z]{4}\d{14}$/],
  ['PERSON', 'Ada Lovelace', /^[XQZ][xqz]{2} [XQZ][xqz]{7}$/],
  ['LOCATION', 'São Paulo', /^[XQZ][xqz]{2} [XQZ][xqz]{4}$/],
  ['DATE_OF_BIRTH', '1985-04-12', /^18[0-4]\d-\d\d-\d\d$/],
  ['DATE_OF_BIRTH', '12/4/1985', /^\d\d\/\d\d\/18[0-4]\d$/],
  ['US_BANK_NUMBER', '12345678901', /^990\d{8}$/],
];

test('a stand-in has the form of its value, is the same each time, and another for another value and key', () => {
  for (const [type, value, form] of SAMPLES) {
    assert.match(put(type, value), form, `${type} ${value}`);
    assert.equal(put(type, value), put(type, value));
  }
  assert.notEqual(put('CREDIT_CARD', '4111111111111111'), put('CREDIT_CARD', '4012888888881881'));
  const other = createFormat({ id: 'k2', key: Buffer.alloc(32, 8) });
  assert.notEqual(put('CREDIT_CARD', '4111111111111111'), other.put('CREDIT_CARD', '4111111111111111'));
});

test('check digits of stand-ins are right', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{12,19}$/), fc.stringMatching(/^[A-Z]{2}\d\d[A-Z0-9]{11,30}$/), (card, iban) => {
      assert.ok(passesLuhn(put('CREDIT_CARD', card)), card);
      assert.ok(passesMod97(put('IBAN_CODE', iban)), iban);
    }),
  );
});

test('a stand-in is recognised as a whole wherever it stands, also one of an earlier key', () => {
  const later = createFormat({ id: 'k2', key: Buffer.alloc(32, 8) }, [KEY]);
  for (const [type, value] of SAMPLES) {
    const made = put(type, value);
    assert.deepEqual(found(`was ${made}, 4155552671`), [made], type);
    const text = `"${made}"`;
    assert.ok(
      later.spans?.(text).some(({ start, end }) => text.slice(start, end) === made),
      type,
    );
  }
});

test('what only begins like a stand-in is not taken for one', () => {
  const near = [
    '9999 1234 5678 9012',
    '666-12-3456',
    'ZZ12 1234 5678 9012',
    '9912345678',
    'ada@example.com',
    '8.8.8.8',
  ];
  for (const text of [...near, 'Xavier Quiz', 'x@example.invalid', '1949-12-24'])
    assert.deepEqual(found(text), [], text);
});

test('a text full of beginnings costs a bounded number of checks', () => {
  assert.deepEqual(found('99 '.repeat(200_000)).length > 500, false);
});

test('what has no form, or a shape that its form cannot keep, gets a token', () => {
  for (const [type, value] of [
    ['CRYPTO', '1BoatSLRHtKNngkdXEeobR76b53LETtpyT'],
    ['SECRET', 'hunter2'],
    ['PERSON', 'R2 D2'],
    ['PERSON', 'X'],
    ['DATE_OF_BIRTH', 'April 12, 1985'],
    ['PHONE_NUMBER', '555-2671'],
    ['US_PASSPORT', 'C1234567'],
  ] as const)
    assert.match(put(type, value), new RegExp(`^\\[${type}:k1:`), value);
  assert.equal(FORMED_ENTITIES.has('SECRET'), false);
  assert.equal(FORMED_ENTITIES.has('EMAIL_ADDRESS'), true);
});
