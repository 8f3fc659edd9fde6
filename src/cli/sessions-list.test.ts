import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/sessions-list.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { answer, record, toolCall } from '#test/fakes/event-records.ts';
import { indexBook, indexedBook } from '#test/fakes/indexed-book.ts';
import { writeIndex } from '#test/fakes/written-index.ts';
import { openBook } from '#test/fakes/book.ts';
import type { TestContext } from 'node:test';

async function opened(t: TestContext) {
  const { data } = await indexedBook(t);
  writeIndex(data, 'a-2', [
    toolCall(0, 'find', {}, { session: 'one' }),
    answer(1, 0, 'x', { session: 'one' }),
    toolCall(2, 'find', {}, { session: 'two', connection: 'notes' }),
    record({ n: 3, kind: 'denied', st: 'unauthenticated', header: { connection: 'notes', count: 7 } }),
  ]);
  return (...args: readonly string[]) =>
    runCommand(register, ['sessions', 'list', '--data', data, ...args], { cwd: '/' });
}

test('sessions are a table for a person, with what belongs to none at its end', async (t) => {
  const list = await opened(t);
  const { stdout, code } = await list('--connection', 'notes');
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.match(lines[0] ?? '', /^FIRST +LAST +SESSION +CALLER +CLIENT +CONNECTION +CALLS +DENIED +ERRORS +STATE$/);
  assert.match(lines[1] ?? '', / two +alice +- +notes +1 +0 +0 +(?:open|idle)$/);
  assert.deepEqual(lines.slice(2), [
    'of no session: 1 record of 7 refusals',
    '  notes  denied  unauthenticated  1 record of 7 refusals',
  ]);
});

test('with --json each session is an object a line, and what belongs to none is the last', async (t) => {
  const list = await opened(t);
  const { stdout } = await list('--json', '--connection', 'notes');
  const lines = stdout.trimEnd().split('\n');
  const [session, rest] = lines.map(
    (line) => JSON.parse(line) as Record<string, unknown> & { unattributed?: { count: number } },
  );
  assert.equal(lines.length, 2);
  assert.deepEqual([session?.['id'], session?.['shard'], session?.['calls']], ['two', 'a-2', 1]);
  assert.equal(rest?.unattributed?.count, 7);
});

test('a cursor of one page leads to the next', async (t) => {
  const list = await opened(t);
  const first = await list('--limit', '1', '--caller', 'alice', '--json');
  const cursor = /more: --after (\S+)/.exec(first.stderr)?.[1] ?? '';
  const second = await list('--limit', '1', '--caller', 'alice', '--json', '--after', cursor);
  assert.match(first.stdout, /"id":"two"/);
  assert.match(second.stdout, /"id":"one"/);
  assert.doesNotMatch(second.stdout, /unattributed/);
});

test('what is no time, number or cursor is a usage error', async (t) => {
  const list = await opened(t);
  for (const args of [
    ['--since', 'yesterday'],
    ['--limit', 'x'],
    ['--after', 'x'],
  ])
    assert.equal((await list(...args)).code, 2, args.join(' '));
});

test('a book without an index says so', async (t) => {
  const book = await openBook(t);
  await book.call('find', {}, 'x');
  const list = (...args: readonly string[]) =>
    runCommand(register, ['sessions', 'list', '--no-wait', '--data', book.data, ...args], { cwd: '/' });
  assert.match((await list()).stderr, /there is no search index/);
  await indexBook(book.data);
  assert.equal((await list()).stderr, '');
});
