import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { filterList, withoutEntries } from '#gateway/steps/filter-list.ts';
import { parseJson, splice, toValue } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';
import { fakeGateway, forwarded, understood } from '#test/fakes/gateway.ts';

const parse = (text: string) => {
  const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok, text);
  return doc.value;
};

/** What the server answers to `method`, and what is left of it for Ada. */
async function filtered(method: string, answer: object | string, id = 1): Promise<string> {
  const gateway = fakeGateway();
  const params = method === 'tools/call' ? { name: 'get_note' } : {};
  const call = await forwarded(gateway, { message: { jsonrpc: '2.0', id, method, params } });
  const result = filterList(understood(gateway, call, answer), gateway);
  return result.ok ? result.value.message.doc.bytes.toString() : `${result.error.code} ${result.error.reason}`;
}
const answerWith = (result: object) => ({ jsonrpc: '2.0', id: 1, result });

test('for every list and every choice of entries, what is left is the list without the others', () => {
  const space = fc.constantFrom('', ' ', '\n  ');
  const entries = fc.array(
    fc.record({ value: fc.json({ maxDepth: 2 }), keep: fc.boolean(), before: space, after: space }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(entries, space, space, (items, head, tail) => {
      const spelled = items.map(({ value, before, after }) => `${before}${value}${after}`);
      const [start, end] = [`${head}{"x": 1e2, "list":${tail}[${tail}`, `${tail}], "z":"\\u0041" }${tail}`];
      const text = `${start}${spelled.join(',')}${end}`;
      // The gateway refuses what JSON.parse takes leniently; such values are not what is tested here.
      const parsed = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
      fc.pre(parsed.ok);
      const root = parsed.value.root;
      const list = root.kind === 'object' ? root.members[1]?.value : undefined;
      assert.ok(list?.kind === 'array');
      const kept = new Set(list.items.filter((_entry, at) => items[at]?.keep));
      const edits = withoutEntries(list, (entry) => kept.has(entry));
      const left = splice(parsed.value, edits).toString();
      const whole = JSON.parse(text) as { list: unknown[] };
      assert.deepEqual(JSON.parse(left), { ...whole, list: whole.list.filter((_entry, at) => items[at]?.keep) });
      // Bytes outside of the list, and of every entry that stays, are the very same.
      assert.ok(left.startsWith(start.trimEnd()) && left.endsWith(end));
      for (const [at, item] of items.entries()) if (item.keep) assert.ok(left.includes(item.value), `entry ${at}`);
      assert.ok(
        edits.every(({ text: put }) => put === ''),
        'it only takes away',
      );
    }),
    { numRuns: 300 },
  );
});

test('every subset of four entries leaves valid JSON', () => {
  const doc = parse('[ {"n":0} , {"n":1},{"n":2} ,\n{"n":3} ]');
  assert.ok(doc.root.kind === 'array');
  for (let subset = 0; subset < 16; subset += 1) {
    const { items } = doc.root;
    const isKept = (at: number): boolean => (subset & (1 << at)) !== 0;
    const left = splice(
      doc,
      withoutEntries(doc.root, (entry) => isKept(items.indexOf(entry))),
    );
    assert.deepEqual(
      JSON.parse(left.toString()),
      [0, 1, 2, 3].filter(isKept).map((n) => ({ n })),
    );
  }
});

test('each list shows what may be used, by name, URI or literal prefix of a template', async () => {
  const tools = await filtered(
    'tools/list',
    answerWith({
      tools: [{ name: 'get_note' }, { name: 'drop' }, { name: 'get_root' }, { name: 'delete_x' }],
      nextCursor: 'c',
    }),
  );
  assert.deepEqual(
    toValue(parse(tools).root),
    toValue(
      parse(JSON.stringify(answerWith({ tools: [{ name: 'get_note' }, { name: 'delete_x' }], nextCursor: 'c' }))).root,
    ),
  );
  const prompts = await filtered('prompts/list', answerWith({ prompts: [{ name: 'any' }] }));
  assert.equal(prompts, JSON.stringify(answerWith({ prompts: [{ name: 'any' }] })));
  const resources = await filtered(
    'resources/list',
    answerWith({ resources: [{ uri: 'file:///shut/a' }, { uri: 'file:///open/a' }, { uri: 'file:///open/%2e%2e/a' }] }),
  );
  assert.equal(resources, JSON.stringify(answerWith({ resources: [{ uri: 'file:///open/a' }] })));
  const templates = await filtered(
    'resources/templates/list',
    answerWith({ resourceTemplates: [{ uriTemplate: 'file:///shut/{f}' }, { uriTemplate: 'file:///{f}' }] }),
  );
  assert.equal(templates, JSON.stringify(answerWith({ resourceTemplates: [{ uriTemplate: 'file:///{f}' }] })));
});

test('an entry without a name, or whose name is no string, is not shown', async () => {
  const left = await filtered(
    'tools/list',
    answerWith({ tools: [{}, { name: 7 }, 'get_note', null, { name: 'get_note' }] }),
  );
  assert.equal(left, JSON.stringify(answerWith({ tools: [{ name: 'get_note' }] })));
});

test('a list that is no array is not passed on', async () => {
  assert.equal(
    await filtered('tools/list', answerWith({ tools: { name: 'drop' } })),
    'upstream_invalid list_is_no_array',
  );
});

test('a list of which all may be seen keeps its bytes, odd spelling and all', async () => {
  const text = '{ "jsonrpc":"2.0","id":1, "result":{"tools":[ {"name":"get_\\u0061", "n":1.0e1} ] } }';
  assert.equal(await filtered('tools/list', text), text);
});

test('what is no answer to a list stays whole, though it looks like one', async () => {
  const answer = JSON.stringify(answerWith({ tools: [{ name: 'drop' }] }));
  assert.equal(await filtered('tools/call', answer), answer);
  const error = '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m","data":{"tools":[{"name":"drop"}]}}}';
  assert.equal(await filtered('tools/list', error), error);
  const unasked = answer.replace('"id":1', '"id":99');
  assert.equal(await filtered('tools/list', unasked), unasked, 'kept for the record, never released');
  const empty = JSON.stringify(answerWith({}));
  assert.equal(await filtered('tools/list', empty), empty);
});

test('a list or a name in other case is not passed on: a client that ignores case would read it', async () => {
  for (const result of [{ Tools: [{ name: 'drop_table' }] }, { tools: [], TOOLS: [{ name: 'drop_table' }] }]) {
    assert.equal(await filtered('tools/list', answerWith(result)), 'upstream_invalid list_case_twin');
  }
  const twin = await filtered('tools/list', answerWith({ tools: [{ name: 'get_note', Name: 'drop_table' }] }));
  assert.equal(twin.includes('drop_table'), false, twin);
});

test('a name too long to be asked for is not shown, and a list with more names than one turn may judge is refused', async () => {
  const long = { name: 'get_' + 'x'.repeat(LIMITS.nameChars) };
  const left = await filtered('tools/list', answerWith({ tools: [long, { name: 'get_note' }] }));
  assert.deepEqual((JSON.parse(left) as { result: unknown }).result, { tools: [{ name: 'get_note' }] });
  const many = Array.from({ length: 600 }, (_, at) => ({ name: `get_${at}_${'x'.repeat(4_000)}` }));
  assert.equal(await filtered('tools/list', answerWith({ tools: many })), 'upstream_invalid list_too_long');
});

const listed = (count: number, uri: (at: number) => string) =>
  answerWith({ resources: Array.from({ length: count }, (_, at) => ({ uri: uri(at) })) });

test('a list of thousands of resources is filtered, and one that takes too long to judge is not passed on', async () => {
  const plain = listed(5_000, (at) => `file:///open/project/report-${at}.md`);
  assert.equal(await filtered('resources/list', plain), JSON.stringify(plain));
  for (const costly of [
    listed(1_000, (at) => `file:///open/${at}?${'a%2C'.repeat(1_000)}`),
    listed(1_000, (at) => `memo://u@x//a;v%2C/${at}${'b%2Cc'.repeat(750)}/?d#e`),
    listed(60_000, (at) => `m:${at}`),
  ])
    assert.equal(await filtered('resources/list', costly), 'upstream_invalid list_too_long');
  const tools = answerWith({ tools: Array.from({ length: 60_000 }, (_, at) => ({ name: `get_${at}` })) });
  assert.equal(await filtered('tools/list', tools), 'upstream_invalid list_too_long');
  const resourceTemplates = Array.from({ length: 60_000 }, (_, at) => ({ uriTemplate: `file:///open/${at}/{x}` }));
  assert.equal(
    await filtered('resources/templates/list', answerWith({ resourceTemplates })),
    'upstream_invalid list_too_long',
  );
});

test('an entry whose name is longer than any message may have it is left out, without being judged', async () => {
  const longest = `file:///open/${'a'.repeat(LIMITS.nameChars)}`.slice(0, LIMITS.nameChars);
  assert.equal(
    await filtered('resources/list', answerWith({ resources: [{ uri: `${longest}a` }, { uri: longest }] })),
    JSON.stringify(answerWith({ resources: [{ uri: longest }] })),
  );
  // Judged, these would be too much for any list.
  const many = listed(40, () => `file:///open/${'a'.repeat(200_000)}`);
  assert.equal(await filtered('resources/list', many), JSON.stringify(answerWith({ resources: [] })));
});
