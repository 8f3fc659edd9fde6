import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { isInternationalNumber, isNationalNumber } from '#masking/detectors/phone-plan.ts';

test('a number is of a plan or it is not', () => {
  assert.equal(isInternationalNumber('442079460958'), true);
  assert.equal(isInternationalNumber('4420794609'), false);
  assert.equal(isNationalNumber('020 7946 0958'), true);
  assert.equal(isNationalNumber('00 11 22'), false);
});

test('what is not parsed, for its length and its first digits, is a number of no country', () => {
  const countries = ['US', 'GB', 'DE', 'FR', 'IN', 'AU', 'ES', 'NL', 'PL'] as const;
  const first = fc.constantFrom(
    ...' 0 1 310 44 440 49 33 91 61 34 31 48 011 00 0011 0044 1831 01832 180020 0180020 14110011 6114110011'.split(' '),
  );
  const separator = fc.constantFrom('', '', ' ', '-', '.');
  const digit = fc.tuple(fc.nat(9), separator).map(([one, behind]) => `${one}${behind}`);
  fc.assert(
    fc.property(first, fc.array(digit, { minLength: 3, maxLength: 13 }), (start, digits) => {
      const text = (start + digits.join('')).replace(/[ .-]$/, '');
      const isKnown = countries.some((country) => parsePhoneNumberFromString(text, country)?.isValid() === true);
      assert.equal(isNationalNumber(text), isKnown, text);
    }),
    { numRuns: 4_000 },
  );
});

test('an international number is what parsing it makes one, whatever its calling code', () => {
  const codes = [
    ...new Set(getCountries().map((country) => getCountryCallingCode(country))),
    '800',
    '999',
    '35818',
    '440',
    '0',
    '4',
  ];
  const digits = fc.array(fc.nat(9), { minLength: 2, maxLength: 13 }).map((all) => all.join(''));
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...codes), fc.constantFrom('1', '44', '7', '39', '35818')),
      digits,
      (code, rest) => {
        const isValid = parsePhoneNumberFromString(`+${code}${rest}`)?.isValid() === true;
        assert.equal(isInternationalNumber(code + rest), isValid, code + rest);
      },
    ),
    { numRuns: 10_000 },
  );
});
