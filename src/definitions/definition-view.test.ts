import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byPlace, definitionView } from '#definitions/definition-view.ts';
import type { Definition, DefinitionVersion } from '#definitions/definition.ts';

const version = (hash: string, more: Partial<DefinitionVersion> = {}): DefinitionVersion => ({
  hash,
  accepted: 'first_use',
  seenMs: 0,
  record: 'a:1',
  hidden: [],
  bytes: 2,
  annotations: '',
  ...more,
});
const tool = (...versions: readonly DefinitionVersion[]): Definition => ({
  connection: 'notes',
  kind: 'tool',
  name: 'get',
  revision: 1,
  versions,
});

test('what waits for an admin is what nobody accepted, and what hides text and was only the first', () => {
  const hidden = [{ pointer: '', classes: ['tag'] as const }];
  const admin = { issuer: 'i', subject: 's' };
  const shown = definitionView(
    tool(
      version('a'),
      version('b', { hidden }),
      version('c', { hidden, accepted: admin }),
      version('d', { accepted: undefined }),
    ),
  );
  assert.deepEqual(
    shown.versions.map(({ hash, waits, accepted }) => [hash, waits, accepted]),
    [
      ['a', false, 'first_use'],
      ['b', true, 'first_use'],
      ['c', false, admin],
      ['d', true, null],
    ],
  );
  assert.deepEqual([shown.changed, shown.hidden, shown.versions[0]?.seenAt], [true, true, '1970-01-01T00:00:00.000Z']);
  assert.equal(Object.hasOwn(shown.versions[0] ?? {}, 'text'), false);
});

test('with texts each version has its own, or null when it was not kept', () => {
  const shown = definitionView(tool(version('a'), version('b')), [{ hash: 'b', text: '{}' }]);
  assert.deepEqual(
    shown.versions.map(({ text }) => text),
    [null, '{}'],
  );
});

test('definitions are in the order of connection, kind and name', () => {
  const all = [
    { ...tool(version('a')), name: 'b' },
    { ...tool(version('a')), name: 'a' },
    { ...tool(version('a')), kind: 'prompt' as const, name: 'z' },
    { ...tool(version('a')), connection: 'github', name: 'z' },
  ];
  assert.deepEqual(
    all.toSorted(byPlace).map(({ connection, kind, name }) => `${connection} ${kind} ${name}`),
    ['github tool z', 'notes prompt z', 'notes tool a', 'notes tool b'],
  );
  const [one] = all;
  assert.ok(one);
  assert.equal(byPlace(one, one), 0);
});
