import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexedBook } from '#test/fakes/indexed-book.ts';
import { follow } from '#cli/events-tail.ts';
import type { CliIo } from '#cli/io.ts';
import { LocalBook } from '#cli/local-events.ts';

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
  const local = new LocalBook({ dataDirectory: book.data, shard: 'a', origin: 'acme/a', masterKey: undefined });
  const started = Promise.withResolvers<void>();
  const source = await local.source();
  local.source = () => Promise.resolve({ ...source, watermark: () => source.watermark().finally(started.resolve) });
  const following = follow(io, local, true, stop.signal);
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
