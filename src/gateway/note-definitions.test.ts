import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedDefinitions } from '#definitions/listed-definitions.ts';
import { newDefinitions, noteDefinitions } from '#gateway/note-definitions.ts';
import { parseJson } from '#mcp/json.ts';
import { fakeGateway, forwarded } from '#test/fakes/gateway.ts';
import { LATCHED, shapeOf } from '#test/fakes/ledger.ts';

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

function listed(...tools: readonly object[]) {
  const doc = parseJson(Buffer.from(JSON.stringify({ tools })), { depth: 64, nodes: 250_000 });
  assert.ok(doc.ok);
  return listedDefinitions('tools/list', doc.value.root);
}
const tool = (name: string, description = '') => ({ name, description });

test('of a list only what is neither known nor said before in it is new', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway, { message: LIST });
  await noteDefinitions(call, listed(tool('a'), tool('b')), gateway);
  const list = listed(tool('a'), tool('b', 'x'), tool('b', 'x'), tool('c'), tool('c', 'x'), tool('c'));
  assert.deepEqual(
    newDefinitions('notes', list, gateway).map(({ name, isFirst, accepted }) => [name, isFirst, accepted.length]),
    [
      ['b', false, 1],
      ['c', true, 0],
      ['c', false, 0],
    ],
  );
});

test('what is recorded in parts is recorded in order, and a refusal of the ledger ends it', async () => {
  const gateway = fakeGateway({ limits: { definitionsPerWrite: 2 } });
  const call = await forwarded(gateway, { message: LIST });
  const list = listed(...Array.from({ length: 5 }, (_, at) => tool(`t${at}`)));
  let records = 0;
  gateway.ledger.refusing = () => ((records += 1) > 2 ? LATCHED : undefined);
  const noted = await noteDefinitions(call, list, gateway);
  assert.deepEqual(noted, {
    ok: false,
    error: { code: 'audit_unavailable', ...LATCHED, executed: 'unknown' },
  });
  const kept = await gateway.definitions.store.after(0);
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['t0', 't1', 't2', 't3'],
  );
  gateway.ledger.refusing = () => undefined;
  assert.ok((await noteDefinitions(call, list, gateway)).ok);
  assert.equal((await gateway.definitions.store.after(0)).length, 5);
  assert.equal(shapeOf(gateway.ledger.entries).at(-1), 'control definitions_seen');
});

test('each version is kept with the record that told it', async () => {
  const gateway = fakeGateway();
  const call = await forwarded(gateway, { message: LIST });
  await noteDefinitions(call, listed(tool('a'), tool('a', 'x'), tool('b')), gateway);
  const records = (await gateway.definitions.store.after(0)).map(({ name, versions }) => [
    name,
    ...versions.map(({ record }) => record),
  ]);
  const [first, second] = [gateway.ledger.entries.length - 2, gateway.ledger.entries.length - 1];
  assert.deepEqual(records, [
    ['a', `a:${first}`, `a:${second}`],
    ['b', `a:${first}`],
  ]);
});
