import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyMeanings } from '#masking/engine/place.ts';
import { PlaceTrail, TRAIL_START } from '#masking/place-trail.ts';
import { parseJson, type JsonObject } from '#mcp/json.ts';

const trail = new PlaceTrail(createKeyMeanings());
function object(value: unknown): JsonObject {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), { depth: 64, nodes: 1_000 });
  assert.ok(doc.ok && doc.value.root.kind === 'object');
  return doc.value.root;
}
function into(value: unknown, key: string) {
  const parent = object(value);
  const member = parent.members.find((one) => one.key === key);
  assert.ok(member !== undefined);
  return trail.into(member, parent, TRAIL_START);
}

test('a value stands under its key, or under the label beside it', () => {
  assert.deepEqual(into({ phone: 'x' }, 'phone').place.types, ['PHONE_NUMBER']);
  assert.deepEqual(into({ name: 'ssn', value: 'x' }, 'value').place.types, ['US_SSN']);
  assert.deepEqual(into({ name: 'colour', value: 'x' }, 'value').place.types, []);
  assert.ok(into({ name: 'VERCEL_TOKEN', value: 'x' }, 'value').place.isSecret);
  assert.equal(trail.secretLabelOf(object({ key: 'password', value: 'x' })), 'password');
  assert.deepEqual(
    ['value', 'key'].map((key) => trail.meaning(key).isValueName),
    [true, false],
  );
});

test('rows stand under the heads of their columns, texts or objects with a name', () => {
  for (const columns of [
    ['id', 'email'],
    [{ name: 'id' }, { name: 'email' }],
  ]) {
    const at = into({ columns, rows: [] }, 'rows');
    assert.deepEqual(at.columns, ['id', 'email']);
    assert.deepEqual(trail.column(1, at.columns ?? [], at).place.types, ['EMAIL_ADDRESS']);
    assert.equal(trail.column(7, at.columns ?? [], at), at);
  }
  assert.equal(into({ columns: [1], rows: [] }, 'rows').columns, undefined);
});
