import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/definitions-accept.ts';
import { AUDITOR_TOKEN } from '#test/fakes/api.ts';
import { foundTool } from '#test/fakes/definitions.ts';
import { shapeOf } from '#test/fakes/ledger.ts';
import { listedDefinitions } from '#test/fakes/listed-definitions.ts';

test('a tool that changed is accepted by its name', async (t) => {
  const { definitions, gateway, there } = await listedDefinitions(t, register);
  const { code, stdout } = await there(['accept', 'notes', 'get']);
  assert.equal(code, 0);
  assert.match(stdout, /^accepted tool get [0-9a-f]{12} \(record a:0\)\n$/);
  assert.equal(definitions.known.standing('notes', 'tool', 'get').changed, false);
  assert.deepEqual(shapeOf(gateway.ledger.entries), ['control definition_accepted']);
  assert.equal((await there(['accept', 'notes', 'get'])).stderr, 'nothing waits to be accepted\n');
});

test('everything that waits is accepted by one command, however much it is', async (t) => {
  const { store, definitions, there } = await listedDefinitions(t, register);
  const found = Array.from({ length: 450 }, (_, at) => {
    const name = `many_${at}_${'ü'.repeat(200)}`;
    return [foundTool(name, `v1 ${at}`), foundTool(name, `v2 ${at}`)];
  });
  definitions.known.apply(await store.note({ connection: 'notes', found: found.flat(), atMs: 1 }));
  const { code, stdout } = await there(['accept', 'notes', '--all']);
  assert.equal(code, 0);
  assert.equal(stdout.trimEnd().split('\n').length, 452);
  const waiting = definitions.known.all().filter((one) => {
    const standing = definitions.known.standing(one.connection, one.kind, one.name);
    return standing.changed || standing.hidden;
  });
  assert.deepEqual(waiting, []);
});

test('of several versions that wait none is guessed; one is chosen by its hash, alone if wanted', async (t) => {
  const { store, definitions, there } = await listedDefinitions(t, register);
  const v3 = foundTool('get', 'v3');
  definitions.known.apply(await store.note({ connection: 'notes', found: [v3], atMs: 2 }));
  const unclear = await there(['accept', 'notes', 'get']);
  assert.equal(unclear.code, 1);
  assert.match(unclear.stderr, /2 versions that wait.*--hash/);
  assert.equal((await there(['accept', 'notes', '--all', '--only'])).code, 1);
  const done = await there(['accept', 'notes', 'get', '--hash', v3.hash.slice(0, 12), '--only']);
  assert.equal(done.code, 0);
  assert.deepEqual(
    definitions.known.get('notes', { kind: 'tool', name: 'get' })?.versions.map(({ hash }) => hash),
    [v3.hash],
  );
});

test('what was there before can be taken back to, which dismisses the change', async (t) => {
  const { definitions, there } = await listedDefinitions(t, register);
  const before = definitions.known.get('notes', { kind: 'tool', name: 'get' })?.versions[0]?.hash ?? '';
  assert.equal((await there(['accept', 'notes', 'get', '--hash', before, '--only'])).code, 0);
  assert.equal(definitions.known.standing('notes', 'tool', 'get').changed, false);
});

test('what is unclear, not there or not allowed is refused and changes nothing', async (t) => {
  const { gateway, there } = await listedDefinitions(t, register);
  for (const [args, code] of [
    [['accept', 'notes'], 2],
    [['accept', 'notes', 'get', '--all'], 2],
    [['accept', 'notes', 'get', 'put', '--hash', 'ab'], 2],
    [['accept', 'notes', 'x', '--kind', 'instructions'], 2],
    [['accept', 'notes', 'none'], 1],
    [['accept', 'notes', 'get', 'none'], 1],
    [['accept', 'notes', 'get', '--hash', 'zz'], 1],
    [['accept', 'notes', 'get', '--hash', ''], 1],
  ] as const)
    assert.equal((await there(args)).code, code, args.join(' '));
  assert.deepEqual(gateway.ledger.entries, []);
  assert.equal((await there(['accept', 'notes', 'get'], AUDITOR_TOKEN)).code, 1);
});
