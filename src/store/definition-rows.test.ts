import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionOf, textOf } from '#store/definition-rows.ts';

const ROW = {
  connection: 'notes',
  kind: 'tool',
  name: 'get',
  revision: 3,
  versions: '[{"hash":"ab","seenMs":1,"record":"a:1","hidden":[],"bytes":2,"annotations":""}]',
};

test('a version that nobody accepted comes back as one that nobody accepted', () => {
  const { versions, ...rest } = definitionOf(ROW);
  assert.deepEqual(rest, { connection: 'notes', kind: 'tool', name: 'get', revision: 3 });
  assert.deepEqual(versions, [
    { hash: 'ab', accepted: undefined, seenMs: 1, record: 'a:1', hidden: [], bytes: 2, annotations: '' },
  ]);
});

test('a row that is no definition throws', () => {
  for (const change of [{ kind: 'spell' }, { versions: '[]' }, { versions: '{}' }, { name: null }, { revision: 'x' }])
    assert.throws(() => definitionOf({ ...ROW, ...change }), JSON.stringify(change));
  assert.throws(() => textOf({ hash: 'ab', text: null }));
  assert.deepEqual(textOf({ hash: 'ab', text: '{}' }), { hash: 'ab', text: '{}' });
});
