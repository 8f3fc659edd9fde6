import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyMeanings, placeOf } from '#masking/engine/place.ts';

const keys = createKeyMeanings();
const types = (key: string): string => keys(key).place.types.join(' ');

test('a key names what stands under it, however it is spelled', () => {
  for (const [key, expected] of [
    ['phone', 'PHONE_NUMBER'],
    ['homePhoneNumber', 'PHONE_NUMBER'],
    ['mobile_1', 'PHONE_NUMBER'],
    ['Email-Address', 'EMAIL_ADDRESS'],
    ['SSN', 'US_SSN'],
    ['socialSecurityNumber', 'US_SSN'],
    ['cardNumber', 'CREDIT_CARD'],
    ['date_of_birth', 'DATE_OF_BIRTH'],
    ['birthDate', 'DATE_OF_BIRTH'],
    ['firstName', 'PERSON'],
    ['customer_name', 'PERSON'],
    ['shipping_address', 'LOCATION'],
    ['zipCode', 'LOCATION'],
    ['company', 'ORGANIZATION'],
    ['client_ip', 'IP_ADDRESS'],
    ['account_number', 'US_BANK_NUMBER'],
  ] as const)
    assert.equal(types(key), expected, key);
});

test('a key that describes a value, or holds another thing, names nothing', () => {
  for (const key of [
    'phone_verified',
    'email_count',
    'is_email',
    'phoneType',
    'file_name',
    'birth_place_id',
    'order_id',
    'created_at',
    'commit',
  ])
    assert.equal(types(key), '', key);
  assert.equal(types('ip_address'), 'IP_ADDRESS');
  for (const key of ['order_id', 'commit_sha', 'buildVersion', 'timestamp'])
    assert.notEqual(keys(key).place.against, 'nothing', key);
});

test('a name is whose the object is: by the key above, or by what stands beside it', () => {
  const name = keys('name');
  const of = (above?: string, ...siblings: string[]) =>
    placeOf(name, above === undefined ? undefined : keys(above), () => siblings.map(keys));
  assert.deepEqual(of('customer').types, ['PERSON']);
  assert.deepEqual(of('company').types, ['ORGANIZATION']);
  assert.deepEqual(of(undefined, 'sku', 'email').types, ['PERSON']);
  assert.deepEqual(of(undefined, 'sku', 'price').types, []);
  assert.deepEqual(placeOf(keys('first'), name, () => []).types, ['PERSON']);
});

test('keys that can hold something themselves are told from plain ones', () => {
  assert.equal(keys(`hf_${'aBcDe'.repeat(6)}`).isPlain, false, 'a token without a digit');
  for (const key of ['name', 'user_id', 'x1']) assert.equal(keys(key).isPlain, true, key);
  for (const key of ['a@b.com', '078-05-1120', 'Maria Lopez', 'k'.repeat(200)])
    assert.equal(keys(key).isPlain, false, key);
});
