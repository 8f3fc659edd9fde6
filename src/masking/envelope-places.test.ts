import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEnvelopePlace } from '#masking/envelope-places.ts';

test('the envelope of a message is told from what it carries', () => {
  for (const path of [['id'], ['method'], ['params', 'name'], ['params', 'requestId']])
    assert.equal(isEnvelopePlace(path), true, path.join('/'));
  for (const path of [[], ['result'], ['result', 'id'], ['params', 'arguments', 'name'], ['params', 'uri'], [0, 'id']])
    assert.equal(isEnvelopePlace(path), false, path.join('/'));
});
