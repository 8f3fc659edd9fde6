import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '#test/fakes/cli.ts';
import { type IndexedBook, indexedBook } from '#test/fakes/indexed-book.ts';
import { register } from '#cli/events-export.ts';
import { EVENT_COLUMNS } from '#events/event.ts';

const exported = (book: IndexedBook, ...args: readonly string[]) =>
  runCommand(register, ['events', 'export', '--data', book.data, ...args], { cwd: '/' });

test('every event is exported once, oldest first, verified and without payloads', async (t) => {
  const book = await indexedBook(t);
  const { stdout, code } = await exported(book);
  assert.equal(code, 0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const times = events.map((event) => String(event['time']));
  assert.deepEqual(times, times.toSorted());
  assert.ok(events.every((event) => event['verified'] === true && !('arguments' in event)));
  assert.deepEqual(
    events.flatMap((event) => (event['kind'] === 'intent' ? [event['id']] : [])),
    [book.first, book.second, book.open].map((n) => `a:${n}`),
  );
});

test('CSV has the documented columns, CRLF, and payloads only when asked for', async (t) => {
  const book = await indexedBook(t);
  const { stdout } = await exported(book, '--format', 'csv', '--filter', 'name eq "delete"', '--offline-payloads');
  const [head, row, end] = stdout.split('\r\n');
  assert.equal(head, EVENT_COLUMNS.join(','));
  assert.match(row ?? '', new RegExp(`^a:${book.second},.*,"\\{""id"":12345678901\\}",.*,true$`));
  assert.equal(end, '');
});

test('a filter that cannot be read is a usage error before anything is written', async (t) => {
  const { code, stdout } = await exported(await indexedBook(t), '--format', 'csv', '--filter', 'x');
  assert.deepEqual([code, stdout], [2, '']);
});

test('events the index does not have yet are not passed over in silence', async (t) => {
  const book = await indexedBook(t);
  await book.call('find', {}, 'fresh');
  assert.match((await exported(book)).stderr, /indexedThrough: \d+ of \d+ records: the newest events are missing/);
});
