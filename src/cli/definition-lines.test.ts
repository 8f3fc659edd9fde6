import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionTable, definitionText } from '#cli/definition-lines.ts';
import type { DefinitionView, VersionView } from '#definitions/definition-view.ts';

const version = (hash: string, more: Partial<VersionView> = {}): VersionView => ({
  hash: hash.repeat(64),
  accepted: 'first_use',
  seenAt: '2026-11-25T12:00:00.000Z',
  record: 'a:1',
  hidden: [],
  bytes: 10,
  waits: false,
  text: '{"name":"get"}',
  ...more,
});
const tool = (versions: readonly VersionView[], more: Partial<DefinitionView> = {}): DefinitionView => ({
  connection: 'notes',
  kind: 'tool',
  name: 'get',
  changed: versions.some(({ accepted }) => accepted === null),
  hidden: versions.some(({ hidden }) => hidden.length > 0),
  versions,
  ...more,
});
const HIDDEN = [{ pointer: '/description', classes: ['tag', 'bidi'] as const }];

test('a table says what changed, what hides text and what is fine', () => {
  const table = definitionTable([
    tool([version('a')]),
    tool([version('a'), version('b', { accepted: null, waits: true })]),
    tool([version('a', { hidden: HIDDEN, waits: true })]),
    tool([version('a')], { kind: 'instructions', name: '' }),
  ]);
  const rows = table
    .trimEnd()
    .split('\n')
    .map((row) => row.trim().split(/ {2,}/));
  assert.deepEqual(rows, [
    ['CONNECTION', 'KIND', 'NAME', 'VERSIONS', 'STANDING', 'HIDDEN TEXT'],
    ['notes', 'tool', 'get', '1', 'accepted', '-'],
    ['notes', 'tool', 'get', '2', 'changed', '-'],
    ['notes', 'tool', 'get', '1', 'hides text', 'tag bidi'],
    ['notes', 'instructions', '-', '1', 'accepted', '-'],
  ]);
});

test('a change is shown as what goes and what comes, hidden characters spelled out', () => {
  const shown = definitionText(
    tool([
      version('a', { text: '{"description":"Gets.","name":"get"}' }),
      version('b', {
        accepted: null,
        waits: true,
        hidden: HIDDEN,
        text: '{"description":"Gets.\u{e0041}\u202e","name":"get"}',
      }),
    ]),
  );
  assert.equal(
    shown,
    `tool get of notes: changed
aaaaaaaaaaaa  accepted as the first seen, seen 2026-11-25T12:00:00.000Z, record a:1
bbbbbbbbbbbb  not accepted, seen 2026-11-25T12:00:00.000Z, record a:1
  hidden text at /description: tag bidi

- aaaaaaaaaaaa accepted
+ bbbbbbbbbbbb not accepted
  {
-   "description": "Gets.",
+   "description": "Gets.\\u{e0041}\\u{202e}",
    "name": "get"
  }
`,
  );
});

test('without a change the text stands as it is, or that it was not kept', () => {
  const admin = { issuer: 'https://idp', subject: 'ada' };
  const shown = definitionText(tool([version('a', { accepted: admin }), version('b', { text: null })]));
  assert.match(shown, /accepted by ada of https:\/\/idp/);
  assert.match(shown, /= aaaaaaaaaaaa\n\{\n {2}"name": "get"\n\}/);
  assert.match(shown, /= bbbbbbbbbbbb\n\(its 10 bytes were too long to be kept\)/);
});

test('nothing a server writes steers the terminal', () => {
  const name = 'g\u001b[2J\r\net';
  const text = JSON.stringify({ name, d: '\u009b31m' });
  const shown = definitionText(tool([version('a', { text, record: 'a:1\u001b' })], { name }));
  const table = definitionTable([tool([version('a')], { name })]);
  for (const printed of [shown, table]) assert.equal(/[\0-\t\v-\u001f\u007f-\u009f]/.test(printed), false);
  assert.equal(table.split('\n').length, 3, 'a name stays in its line');
});
