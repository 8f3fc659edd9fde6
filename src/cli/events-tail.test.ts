import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexedBook } from '#test/fakes/indexed-book.ts';
import { follow } from '#cli/events-tail.ts';
import type { CliIo } from '#cli/io.ts';
import { openLocalBook } from '#cli/local-events.ts';

test('calls are printed when they complete, also those begun before, each once', async (t) => {
  const book = await indexedBook(t);
  const stop = new AbortController();
  const lines: string[] = [];
  const seen = Promise.withResolvers<void>();
  const io: CliIo = {
    stdout: { write: (text) => void (lines.push(text) === 3 && seen.resolve()) },
    stderr: { write: () => undefined },
    env: {},
    cwd: '/',
    exit: () => undefined,
  };
  const local = openLocalBook({ dataDirectory: book.data, deployment: 'acme', firstShard: 'a', masterKey: undefined });
  t.after(() => local.close());
  const started = Promise.withResolvers<void>();
  const source = await local.source('a');
  const watched = { ...source, watermark: () => source.watermark().finally(started.resolve) };
  const following = follow(io, { ...local, source: () => Promise.resolve(watched) }, true, stop.signal);
  await started.promise;
  const begun = await book.begin('later', {});
  await book.end(book.open, 'at last');
  await book.end(begun, 'done');
  const third = await book.call('third', {}, 'x');
  await seen.promise;
  stop.abort();
  assert.equal(await following, 0);
  const events = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  assert.deepEqual(
    events.map((event) => [event['id'], event['name'], event['outcome'], event['verified']]),
    [
      [`a:${book.open}`, 'slow', 'ok', true],
      [`a:${begun}`, 'later', 'ok', true],
      [`a:${third}`, 'third', 'ok', true],
    ],
  );
});
