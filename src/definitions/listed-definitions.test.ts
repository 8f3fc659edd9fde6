import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bringsDefinitions,
  describeDefinition,
  hasInstructionsTwin,
  listedDefinitions,
} from '#definitions/listed-definitions.ts';
import type { ListedDefinition } from '#definitions/listed-definitions.ts';
import { createMasker } from '#masking/masker.ts';
import { parseJson } from '#mcp/json.ts';
import type { JsonNode } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';

function node(value: unknown): JsonNode {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok, text);
  return doc.value.root;
}
const listed = (method: string, result: unknown): readonly ListedDefinition[] =>
  listedDefinitions(method, node(result));
const one = (definition: unknown, method = 'tools/list', member = 'tools'): ListedDefinition => {
  const [first] = listed(method, { [member]: [definition] });
  assert.ok(first);
  return first;
};
const masker = createMasker({
  key: Buffer.alloc(32, 7),
  store: { operator: 'redact', fields: ['password'], detectors: 'default' },
});
const described = (definition: unknown, limits: Partial<Limits> = {}) =>
  describeDefinition(
    one(definition),
    masker,
    {
      direction: 'response',
      connection: 'notes',
      method: 'tools/list',
      secrets: masker.secretsOf(['upstream-secret-9876543210']),
    },
    { ...LIMITS, ...limits },
  );

test('each list and each introduction brings its kind of definition', () => {
  const keys = (method: string, result: unknown) => listed(method, result).map(({ kind, name }) => `${kind} ${name}`);
  assert.deepEqual(keys('tools/list', { tools: [{ name: 'a' }, { name: 'b' }], nextCursor: 'c' }), [
    'tool a',
    'tool b',
  ]);
  assert.deepEqual(keys('prompts/list', { prompts: [{ name: 'a' }] }), ['prompt a']);
  assert.deepEqual(keys('resources/templates/list', { resourceTemplates: [{ uriTemplate: 'f:///{x}' }] }), [
    'resource_template f:///{x}',
  ]);
  assert.deepEqual(keys('initialize', { instructions: 'Be careful.' }), ['instructions ']);
  assert.deepEqual(keys('server/discover', { instructions: 'Be careful.' }), ['instructions ']);
  for (const method of ['initialize', 'server/discover', 'tools/list', 'prompts/list'])
    assert.ok(bringsDefinitions(method));
});

test('what is no definition is none', () => {
  assert.deepEqual(listed('tools/call', { tools: [{ name: 'a' }], instructions: 'x' }), []);
  assert.deepEqual(listed('resources/list', { resources: [{ uri: 'f:///a' }] }), []);
  assert.deepEqual(listed('tools/list', {}), []);
  for (const [at, tools] of [
    null,
    {},
    'a',
    [],
    [{}, 7, null, 'get', { name: 7 }],
    [{ name: 'a', Name: 'b' }],
    [{ name: 'x'.repeat(5_000) }],
  ].entries())
    assert.deepEqual(listed('tools/list', { tools }), [], `case ${at}`);
  assert.deepEqual(listed('initialize', { instructions: ['x'] }), []);
  assert.equal(bringsDefinitions('tools/call'), false);
});

test('instructions in other case are told: a client that ignores case would read them', () => {
  assert.equal(hasInstructionsTwin('initialize', node({ instructions: 'a', Instructions: 'b' })), true);
  assert.equal(hasInstructionsTwin('server/discover', node({ INSTRUCTIONS: 'b' })), true);
  assert.equal(hasInstructionsTwin('initialize', node({ instructions: 'a' })), false);
  assert.equal(hasInstructionsTwin('tools/call', node({ Instructions: 'b' })), false);
});

test('the hash tells every value apart and no spelling, and kinds apart', () => {
  const spelled = (definition: string) => listed('tools/list', `{"tools":[${definition}]}`)[0]?.hash;
  assert.equal(spelled('{"name":"a","n":1}'), spelled(' { "n" : 1.0, "name":"\\u0061" }'));
  const distinct = [
    { name: 'a' },
    { name: 'a', description: '' },
    { name: 'a', description: 'x' },
    { name: 'a', description: 'x\u200b' },
    { name: 'a', _meta: {} },
    { name: 'a', annotations: { readOnlyHint: true } },
    { name: 'a', annotations: { readOnlyHint: false } },
  ].map((definition) => one(definition).hash);
  assert.equal(new Set(distinct).size, distinct.length);
  assert.notEqual(one({ name: 'a' }).hash, one({ name: 'a' }, 'prompts/list', 'prompts').hash);
  // A constant, so that what is kept today is known tomorrow.
  assert.equal(one({ name: 'a' }).hash, '7162410a970684960297dc83ef07ac33531f058a961d767c3b13e24e80746d86');
});

test('a new definition is kept masked, with its annotations and where it hides text', () => {
  const tool = {
    name: 'get',
    description: 'Key upstream-secret-9876543210 \u200b',
    inputSchema: { properties: { password: { type: 'string', default: 'hunter2hunter2' } } },
    annotations: { readOnlyHint: true, title: 'upstream-secret-9876543210' },
  };
  const { text, annotations, hidden, bytes, masked } = described(tool);
  assert.equal(text?.includes('upstream-secret-9876543210'), false);
  assert.equal(text?.includes('hunter2hunter2'), false);
  assert.match(
    text ?? '',
    /^\{"annotations".*"password":\{"default":"[^"]*","type":"string"\}/,
    'names of parameters are no secrets',
  );
  assert.equal(masked?.stored.toString().startsWith('{"params":{"tools":[{'), true);
  assert.equal(annotations.includes('upstream-secret'), false, annotations);
  assert.equal((JSON.parse(annotations) as Record<string, unknown>)['readOnlyHint'], true);
  assert.deepEqual(hidden, [{ pointer: '/description', classes: ['zero_width'] }]);
  assert.ok(bytes > 100);
});

test('where text is hidden is said without what masking finds in the keys that lead there', () => {
  const title = 'a\u200b\u200bb';
  const properties = { 'upstream-secret-9876543210': { title }, '+442079460958': { title }, 'a/b~c': { title } };
  const { hidden } = described({ name: 'get', inputSchema: { properties } });
  const [secret, phone, plain] = hidden.map(({ pointer }) => pointer);
  assert.match(secret ?? '', /^\/inputSchema\/properties\/\[SECRET[^\]]*\]\/title$/);
  assert.match(phone ?? '', /^\/inputSchema\/properties\/\[PHONE_NUMBER[^\]]*\]\/title$/);
  assert.equal(plain, '/inputSchema/properties/a~1b~0c/title');
});

test('a definition too long to be kept is known by its hash, and annotations too long are not known', () => {
  const long = described(
    { name: 'get', description: 'x'.repeat(200), annotations: { readOnlyHint: true } },
    { definitionTextBytes: 100 },
  );
  assert.deepEqual([long.text, long.annotations, long.masked], [undefined, '', undefined]);
  assert.equal(long.hash.length, 64);
  const annotations = { title: 'x'.repeat(200) };
  assert.equal(described({ name: 'get', annotations }, { definitionAnnotationBytes: 100 }).annotations, '');
  assert.equal(described({ name: 'get', annotations: ['x'] }).annotations, '');
});
