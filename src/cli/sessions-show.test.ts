import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/sessions-show.ts';
import { openBook } from '#test/fakes/book.ts';
import { runCommand } from '#test/fakes/cli.ts';
import { indexBook } from '#test/fakes/indexed-book.ts';
import type { TestContext } from 'node:test';

async function opened(t: TestContext) {
  const book = await openBook(t);
  const session = { session: 's1' };
  const first = await book.begin('find', { word: 'argument' }, session);
  await book.end(first, 'secret', session);
  const second = await book.begin('delete', {}, session);
  await indexBook(book.data);
  const show = (...args: readonly string[]) =>
    runCommand(register, ['sessions', 'show', '--data', book.data, ...args], { cwd: '/' });
  return { show, book, first, second };
}

test('a session is its head and its events, without arguments and answers', async (t) => {
  const { show, first, second } = await opened(t);
  const { stdout, code } = await show('s1');
  assert.equal(code, 0);
  const [head = '', events = ''] = stdout.split('\n\n');
  assert.match(head, /^caller\.subject: alice$/m);
  assert.match(head, /^tools: find, delete$/m);
  const lines = events.trimEnd().split('\n');
  assert.match(lines[1] ?? '', new RegExp(` a:${first} +intent +tools/call +find +ok +3$`));
  assert.match(lines[2] ?? '', new RegExp(` a:${second} +intent +tools/call +delete +open +-$`));
  assert.doesNotMatch(stdout, /secret|argument/);
});

test('with --json the head comes first, then each event, and a later page goes on', async (t) => {
  const { show, first, second } = await opened(t);
  const page = await show('s1', '--limit', '1', '--json');
  const [head, event] = page.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id?: string; session?: { id: string } });
  assert.equal(head?.session?.id, 's1');
  assert.equal(event?.id, `a:${first}`);
  const cursor = /more: --after (\S+)/.exec(page.stderr)?.[1] ?? '';
  const next = await show('s1', '--limit', '1', '--after', cursor);
  assert.match(next.stdout, new RegExp(`^TIME.*\n.* a:${second} `));
  assert.equal(next.stderr, '');
});

test('a session nobody knows exits 1, and says when the index may only be behind', async (t) => {
  const { show, book } = await opened(t);
  const none = await show('s2');
  assert.deepEqual([none.code, none.stderr], [1, 'gatebook: no session s2\n']);
  await book.begin('find', {}, { session: 's2' });
  const behind = await show('s2', '--no-wait');
  assert.equal(behind.code, 1);
  assert.match(behind.stderr, /^indexedThrough: /);
  assert.equal((await show('s1', '--after', 'x')).code, 2);
  assert.equal((await show('s1', '--limit', '0')).code, 2);
});
