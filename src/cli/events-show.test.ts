import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { runCommand } from '#test/fakes/cli.ts';
import { type IndexedBook, indexBook, indexedBook } from '#test/fakes/indexed-book.ts';
import { STORY, writeStory } from '#test/fakes/approval-story.ts';
import { idOf } from '#test/fakes/gateway.ts';
import { register } from '#cli/events-show.ts';

const show = (book: IndexedBook, ...args: readonly string[]) =>
  runCommand(register, ['events', 'show', '--data', book.data, ...args], { cwd: '/' });

type Shown = Readonly<Record<string, unknown>>;
const shown = async (book: IndexedBook, ...args: readonly string[]): Promise<Shown> =>
  JSON.parse((await show(book, '--json', ...args)).stdout) as Shown;

const changeIndex = (book: IndexedBook, sql: string): void => {
  const directory = join(book.data, 'index', 'a');
  const database = new DatabaseSync(
    join(directory, readdirSync(directory).find((name) => name.startsWith('events-')) ?? ''),
  );
  database.exec(sql);
  database.close();
};

test('an event is shown verified, by the id of its intent or of its result', async (t) => {
  const book = await indexedBook(t);
  const event = await shown(book, `a:${book.first}`);
  assert.deepEqual(
    [event['id'], event['verified'], event['outcome'], 'arguments' in event],
    [`a:${book.first}`, true, 'ok', false],
  );
  assert.deepEqual(await shown(book, `a:${book.first + 1}`), event);
});

test('payloads are shown only when asked for', async (t) => {
  const book = await indexedBook(t);
  const event = await shown(book, `a:${book.first}`, '--offline-payloads');
  assert.deepEqual(event['arguments'], { customer: 'Ada' });
  assert.deepEqual(event['answer'], { content: [{ type: 'text', text: 'Lovelace' }] });
});

test('an index that says otherwise changes nothing that is shown', async (t) => {
  const book = await indexedBook(t);
  const before = await shown(book, `a:${book.second}`);
  changeIndex(
    book,
    `UPDATE events SET name = 'harmless', caller_subject = 'mallory', outcome = 'error' WHERE n = ${book.second}`,
  );
  assert.deepEqual(await shown(book, `a:${book.second}`), before);
  changeIndex(
    book,
    `UPDATE events SET result = ${book.first + 1}, offset = 8, result_offset = 9 WHERE n = ${book.second}`,
  );
  assert.deepEqual(await shown(book, `a:${book.second}`), before);
  changeIndex(book, `UPDATE events SET outcome = 'open', result = NULL, result_offset = NULL WHERE n = ${book.second}`);
  assert.deepEqual(await shown(book, `a:${book.second}`), before);
});

test('without an index every record is still found', async (t) => {
  const book = await indexedBook(t);
  rmSync(join(book.data, 'index'), { recursive: true });
  assert.equal((await shown(book, `a:${book.second + 1}`))['id'], `a:${book.second}`);
  assert.equal((await shown(book, 'a:0'))['kind'], 'control');
});

test('a result recorded after the index was written is shown', async (t) => {
  const book = await indexedBook(t);
  assert.equal((await shown(book, `a:${book.open}`))['outcome'], 'open');
  const result = await book.end(book.open, 'at last');
  assert.deepEqual(
    [(await shown(book, `a:${book.open}`))['outcome'], (await shown(book, `a:${result}`))['id']],
    ['ok', `a:${book.open}`],
  );
});

test('a changed byte in the ledger is a finding, not an event', async (t) => {
  const book = await indexedBook(t);
  await book.close();
  const segment = join(book.data, 'ledger', 'a', '00000000.seg');
  const bytes = readFileSync(segment);
  const at = bytes.indexOf(`"n":${book.first},`);
  assert.ok(at > 0);
  bytes.writeUInt8(bytes.readUInt8(at + 400) ^ 1, at + 400);
  writeFileSync(segment, bytes);
  const { code, stdout, stderr } = await show(book, `a:${book.first}`);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /the ledger cannot be read: 00000000\.seg at offset \d+: .*ledger verify/);
});

test('what is no id, of another shard or past the end is refused', async (t) => {
  const book = await indexedBook(t);
  for (const [id, code, complaint] of [
    ['12', 2, /no record id; expected <shard>:<number>/],
    ['b:1', 1, /this book has no shard b, only: a/],
    ['a:999', 1, /no record a:999: the ledger has \d+ records/],
  ] as const) {
    const run = await show(book, id);
    assert.equal(run.code, code);
    assert.match(run.stderr, complaint);
  }
});

test('for a person each attribute has its line', async (t) => {
  const book = await indexedBook(t);
  const { stdout } = await show(book, `a:${book.first}`, '--offline-payloads');
  assert.match(stdout, /^caller\.subject: alice$/m);
  assert.match(stdout, /^arguments:\n {2}\{\n {4}"customer": "Ada"$/m);
});

test('of a call that people agreed to the whole story is told, by the id of any of its records or of the request', async (t) => {
  const book = await indexedBook(t);
  const { asked, intent } = await writeStory(book);
  await indexBook(book.data);
  const words = /^ {2}\S+ +(asked|told|voted|sent) /gm;
  const byRequest = (await show(book, STORY)).stdout;
  assert.deepEqual(
    [...byRequest.matchAll(words)].map(([, word]) => word),
    ['asked', 'told', 'voted', 'sent'],
  );
  assert.match(byRequest, /^ +"ticket 17"$/m);
  for (const n of [asked, intent, intent + 1]) {
    const { stdout } = await show(book, `a:${n}`);
    assert.match(stdout, /^decision\.approval: apr_/m);
    assert.ok(stdout.endsWith(byRequest));
  }
  const event = await shown(book, `a:${intent}`);
  const story = await shown(book, STORY);
  assert.deepEqual([event['id'], event['story']], [`a:${intent}`, story]);
  assert.deepEqual([story['approval'], story['whole']], [STORY, true]);
  assert.equal('story' in (await shown(book, `a:${book.first}`)), false);
});

test('a request the book does not know, and what is no id of one, are refused; an event is shown also when its story cannot be', async (t) => {
  const book = await indexedBook(t);
  const { intent } = await writeStory(book);
  await indexBook(book.data);
  assert.equal((await show(book, `apr_${idOf(9)}`)).code, 1);
  assert.equal((await show(book, 'apr_" or name pr')).code, 2);
  rmSync(join(book.data, 'index'), { recursive: true });
  const alone = await show(book, `a:${intent}`);
  assert.equal(alone.code, 0);
  assert.match(alone.stdout, /^name: delete_customer$/m);
  assert.match(alone.stderr, /ledger reindex/);
  assert.equal((await show(book, STORY)).code, 3);
});
