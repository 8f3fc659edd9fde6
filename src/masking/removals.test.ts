import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { removals } from '#masking/removals.ts';
import { parseJson, spliceText } from '#mcp/json.ts';

test('whatever is cut out of a list, what is left is the list without it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), fc.boolean())), fc.constantFrom('', ' ', '\n '), (items, space) => {
      const text = `[${space}${items.map(([value]) => value).join(`${space},${space}`)}${space}]`;
      const doc = parseJson(Buffer.from(text), { depth: 4, nodes: 1_000 });
      assert.ok(doc.ok && doc.value.root.kind === 'array');
      const removed = new Set(items.flatMap(([, isRemoved], index) => (isRemoved ? [index] : [])));
      const left = spliceText(text, removals(doc.value.root.items, removed));
      assert.deepEqual(
        JSON.parse(left),
        items.flatMap(([value, isRemoved]) => (isRemoved ? [] : [value])),
      );
    }),
  );
});
