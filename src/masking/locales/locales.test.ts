import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOCALES, localeDetectors } from '#masking/locales/locales.ts';

test('every pack there is gives detectors, and an unknown locale gives none', () => {
  assert.deepEqual(localeDetectors(['xx']), []);
  for (const locale of LOCALES) assert.ok(localeDetectors([locale]).length > 0, locale);
});
