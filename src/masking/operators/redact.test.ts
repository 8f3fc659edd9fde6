import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedact, redacted } from '#masking/operators/redact.ts';

test('redaction says the type and nothing else', () => {
  assert.equal(createRedact().put('SECRET', 'hunter2'), '[SECRET]');
  assert.equal(redacted('PERSON'), '[PERSON]');
});
