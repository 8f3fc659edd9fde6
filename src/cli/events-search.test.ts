import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '#test/fakes/cli.ts';
import { type IndexedBook, indexBook, indexedBook } from '#test/fakes/indexed-book.ts';
import { register } from '#cli/events-search.ts';

const search = (book: IndexedBook, ...args: readonly string[]) =>
  runCommand(register, ['events', 'search', '--data', book.data, ...args], { cwd: '/' });

const ids = (stdout: string): readonly unknown[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: unknown }).id);

test('events are found by caller, words and time, one JSON object a line, unverified and without payloads', async (t) => {
  const book = await indexedBook(t);
  const found = await search(
    book,
    '--q',
    'lovelace',
    '--filter',
    'caller.subject eq "alice"',
    '--since',
    '1h',
    '--json',
  );
  assert.equal(found.code, 0);
  const event = JSON.parse(found.stdout) as Readonly<Record<string, unknown>>;
  assert.equal(event['id'], `a:${book.first}`);
  assert.equal(event['verified'], false);
  assert.ok(!('arguments' in event) && !('answer' in event));
});

test('without --json there is a table for a person, newest first', async (t) => {
  const book = await indexedBook(t);
  const { stdout, code } = await search(book, '--filter', 'connection pr');
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.match(lines[0] ?? '', /^TIME +ID +CALLER +CONNECTION +METHOD +NAME +OUTCOME +MS$/);
  assert.match(lines[1] ?? '', / slow +open +-$/);
  assert.match(lines[3] ?? '', / alice +crm +tools\/call +find +ok +3$/);
});

test('no hits are no failure', async (t) => {
  const { stdout, code } = await search(await indexedBook(t), '--q', 'nobody');
  assert.deepEqual([stdout, code], ['', 0]);
});

test('an index that is behind is said on standard error, and answered from all the same', async (t) => {
  const book = await indexedBook(t);
  const n = await book.call('find', {}, 'fresh');
  const late = await search(book, '--no-wait', '--q', 'fresh', '--json');
  assert.deepEqual([late.stdout, late.code], ['', 0]);
  assert.match(late.stderr, /^indexedThrough: \d+ of \d+ records/);
  await indexBook(book.data);
  const now = await search(book, '--q', 'fresh', '--json');
  assert.deepEqual([ids(now.stdout), now.stderr], [[`a:${n}`], '']);
});

test('a search waits for the index to reach what the ledger held when it was asked', async (t) => {
  const book = await indexedBook(t);
  const n = await book.call('find', {}, 'fresh');
  const [found] = await Promise.all([search(book, '--q', 'fresh', '--json'), indexBook(book.data)]);
  assert.deepEqual(ids(found.stdout), [`a:${n}`]);
});

test('pages follow each other by the cursor on standard error', async (t) => {
  const book = await indexedBook(t);
  const page = await search(book, '--json', '--limit', '2');
  const [, cursor] = /--after (\S+)/.exec(page.stderr) ?? [];
  const rest = await search(book, '--json', '--after', cursor ?? '');
  const whole = await search(book, '--json');
  assert.deepEqual([...ids(page.stdout), ...ids(rest.stdout)], ids(whole.stdout));
});

test('what cannot be asked is a usage error that says where and what is expected', async (t) => {
  const book = await indexedBook(t);
  for (const [args, complaint] of [
    [['--filter', 'name is "x"'], /filter: .* at offset 5; expected an operator/],
    [['--since', 'yesterday'], /since: expected a time/],
    [['--limit', '0'], /limit: expected a whole number/],
    [['--limit', 'many'], /limit: expected/],
    [['--q', '!'], /q: the text holds no word/],
  ] as const) {
    const { code, stderr, stdout } = await search(book, ...args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, complaint);
  }
});
