import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, integer, property } from 'fast-check';
import { createStderrLines } from '#upstream/stderr-lines.ts';

function lines(limits = { stdioStderrLineBytes: 16, stdioStderrLinesPerSecond: 3 }) {
  const logged: string[] = [];
  const clock = { nowMs: 0 };
  const feed = createStderrLines({
    limits,
    nowMs: () => clock.nowMs,
    maskLine: (text) => text.replaceAll('hunter2', '[SECRET]'),
    log: (text) => logged.push(text),
  });
  return { logged, clock, feed: (text: string) => feed(Buffer.from(text)) };
}

test('a line is masked as a whole, however its bytes arrive', () => {
  check(
    property(integer({ min: 0, max: 12 }), integer({ min: 0, max: 12 }), (a, b) => {
      const { logged, feed } = lines();
      const text = 'x hunter2\r\n\né';
      const bytes = [
        text.slice(0, Math.min(a, b)),
        text.slice(Math.min(a, b), Math.max(a, b)),
        text.slice(Math.max(a, b)),
      ];
      for (const piece of bytes) feed(piece);
      assert.deepEqual(logged, ['x [SECRET]']);
      feed('\n');
      assert.equal(logged[1], 'é');
    }),
  );
});

test('a line that is too long is withheld entirely, because a cut could hide a secret from the search', () => {
  const { logged, feed } = lines();
  feed('0123456789 hun');
  feed('ter2 and more\nnext\n');
  assert.deepEqual(logged, ['[line of stderr withheld: 27 bytes]', 'next']);
});

test('more lines than a second may have are counted instead of logged', () => {
  const { logged, clock, feed } = lines();
  feed('1\n2\n3\n4\n5\n');
  assert.deepEqual(logged, ['1', '2', '3']);
  clock.nowMs = 1_000;
  feed('6\n');
  assert.deepEqual(logged.slice(3), ['[2 lines of stderr withheld: more than 3 a second]', '6']);
});
