import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf } from '#cli/lines.ts';

async function linesIn(chunks: readonly string[], bytesMax = 10): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  const input = (async function* () {
    yield* chunks;
  })();
  for await (const line of linesOf(input, bytesMax)) found.push(line?.toString());
  return found;
}

test('lines come whole however the bytes are cut, with either end and without the last', async () => {
  assert.deepEqual(await linesIn(['a', 'b\nc\r\n', '\n', 'd']), ['ab', 'c', '', 'd']);
  assert.deepEqual(await linesIn([]), []);
});

test('a line over the bound is dropped, and the next one is read', async () => {
  assert.deepEqual(await linesIn(['12345', '678901', '2345\nok\n']), [undefined, 'ok']);
  assert.deepEqual(await linesIn(['1234567890\n']), ['1234567890']);
});
