import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Definition, DefinitionVersion } from '#definitions/definition.ts';
import { createKnownDefinitions } from '#definitions/known-definitions.ts';
import { LIMITS } from '#limits.ts';

const ADMIN = { issuer: 'https://issuer.example', subject: 'ada' };
const version = (change: Partial<DefinitionVersion> = {}): DefinitionVersion => ({
  hash: 'v1',
  accepted: 'first_use',
  seenMs: 1,
  record: 'a:1',
  hidden: [],
  bytes: 2,
  annotations: '',
  ...change,
});
const tool = (versions: readonly DefinitionVersion[], revision = 1, name = 'get'): Definition => ({
  connection: 'notes',
  kind: 'tool',
  name,
  revision,
  versions,
});
const standingOf = (...versions: readonly DefinitionVersion[]) => {
  const known = createKnownDefinitions(LIMITS);
  known.apply([tool(versions)]);
  const { annotations, ...rest } = known.standing('notes', 'tool', 'get');
  return { ...rest, ...(annotations === undefined ? {} : { annotations: { ...annotations } }) };
};

test('a definition has changed while a version of it is accepted by nobody', () => {
  const fine = { isKnown: true, changed: false, hidden: false };
  assert.deepEqual(standingOf(version()), fine);
  assert.deepEqual(standingOf(version(), version({ hash: 'v2', accepted: undefined })), { ...fine, changed: true });
  assert.deepEqual(standingOf(version(), version({ hash: 'v2', accepted: ADMIN })), fine);
});

test('hidden text counts until an admin has accepted it: being the first is not enough', () => {
  const hidden = [{ pointer: '/description', classes: ['tag'] }] as const;
  assert.equal(standingOf(version({ hidden })).hidden, true);
  assert.equal(standingOf(version({ hidden, accepted: ADMIN })).hidden, false);
  assert.equal(standingOf(version(), version({ hash: 'v2', hidden, accepted: undefined })).hidden, true);
});

test('annotations are those of the version accepted last, not those of a change', () => {
  const readOnly = '{"readOnlyHint":true}';
  const changed = version({ hash: 'v2', accepted: undefined, annotations: readOnly });
  assert.deepEqual(standingOf(version({ annotations: '{"readOnlyHint":false}' }), changed).annotations, {
    readOnlyHint: false,
  });
  assert.equal(standingOf(version(), changed).annotations, undefined);
  assert.deepEqual(standingOf(version(), { ...changed, accepted: ADMIN }).annotations, { readOnlyHint: true });
});

test('nothing of another connection, kind or name is told, nor of what every object has', () => {
  const known = createKnownDefinitions(LIMITS);
  known.apply([tool([version({ annotations: '{}' }), version({ hash: 'v2', accepted: undefined })])]);
  for (const [connection, kind, name] of [
    ['other', 'tool', 'get'],
    ['notes', 'prompt', 'get'],
    ['notes', 'tool', 'Get'],
    ['notes', 'tool', ''],
  ] as const)
    assert.deepEqual(known.standing(connection, kind, name), { isKnown: false, changed: false, hidden: false });
  assert.equal(Object.hasOwn(known.standing('notes', 'tool', 'get').annotations ?? {}, 'constructor'), false);
  assert.equal('constructor' in (known.standing('notes', 'tool', 'get').annotations ?? {}), false);
});

test('of a connection that has as many definitions as are kept, an unknown one counts as changed', () => {
  const known = createKnownDefinitions({ definitionsPerConnection: 2 });
  known.apply([tool([version()], 1, 'a')]);
  assert.equal(known.standing('notes', 'tool', 'c').changed, false);
  known.apply([tool([version()], 2, 'b')]);
  assert.deepEqual(known.standing('notes', 'tool', 'c'), { isKnown: false, changed: true, hidden: false });
  assert.equal(known.standing('other', 'tool', 'c').changed, false);
});

test('what is older does not take the place of what is newer', () => {
  const known = createKnownDefinitions(LIMITS);
  known.apply([tool([version({ accepted: undefined })], 2)]);
  known.apply([tool([version()], 1)]);
  assert.equal(known.standing('notes', 'tool', 'get').changed, true);
  assert.deepEqual(known.all().length, 1);
  assert.equal(known.get('notes', { kind: 'tool', name: 'get' })?.revision, 2);
});
