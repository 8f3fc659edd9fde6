import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeDefinitionStore, fakeDefinitions, foundTool } from '#test/fakes/definitions.ts';

const TOOL = JSON.stringify({ name: 't', outputSchema: { type: 'object', properties: { a: { type: 'integer' } } } });

test('the schema of what a server said last is checked with, from the store', async () => {
  const store = createFakeDefinitionStore();
  const { known, outputSchemas } = fakeDefinitions({}, store);
  known.apply(await store.note({ connection: 'c', found: [foundTool('t', TOOL)], atMs: 1 }));
  const check = await outputSchemas.checkOf('c', 't');
  assert.ok(typeof check !== 'string');
  assert.equal(check.faults({ a: 1 }).length, 0);
  assert.equal(check.faults({ a: 'x' }).length, 1);
  assert.equal(await outputSchemas.checkOf('c', 't'), check, 'compiled once');
  known.apply(
    await store.note({ connection: 'c', found: [foundTool('t', TOOL.replace('integer', 'string'))], atMs: 2 }),
  );
  const changed = await outputSchemas.checkOf('c', 't');
  assert.ok(typeof changed !== 'string');
  assert.equal(changed.faults({ a: 'x' }).length, 0);
});

test('a tool that is unknown, or without a schema that can be used, is not checked, and it is said which', async () => {
  const store = createFakeDefinitionStore();
  const { known, outputSchemas } = fakeDefinitions({}, store);
  const found = [
    foundTool('none', '{"name":"none"}'),
    foundTool('odd', '{"outputSchema":{"$ref":"https://x.example"}}'),
    foundTool('word', '{"outputSchema":"object"}'),
  ];
  known.apply(await store.note({ connection: 'c', found, atMs: 1 }));
  for (const [tool, expected] of [
    ['none', 'none'],
    ['odd', 'unusable'],
    ['word', 'unusable'],
    ['other', 'unknown'],
  ] as const)
    assert.equal(await outputSchemas.checkOf('c', tool), expected, tool);
});

test('a store that fails once is asked again', async () => {
  const store = createFakeDefinitionStore();
  const { known, outputSchemas } = fakeDefinitions({}, store);
  known.apply(await store.note({ connection: 'c', found: [foundTool('t', TOOL)], atMs: 1 }));
  store.failing.add('texts');
  assert.equal(await outputSchemas.checkOf('c', 't'), 'unknown');
  store.failing.clear();
  assert.equal(typeof (await outputSchemas.checkOf('c', 't')), 'object');
});
