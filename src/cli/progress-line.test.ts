import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from '#cli/progress-line.ts';

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}
const MIB = 1024 * 1024;

test('a terminal sees one line rewritten in place and wiped at the end', () => {
  const terminal = stream(true);
  const line = progressLine(terminal, 'verifying');
  line.show({ bytes: 32 * MIB, bytesTotal: 64 * MIB, records: 7 });
  line.clear();
  assert.deepEqual(terminal.written, ['\rverifying: 50 % · 7 records\u001b[K', '\r\u001b[K']);
});

test('progress is drawn once in 16 MiB, however often it is told', () => {
  const terminal = stream(true);
  const line = progressLine(terminal, 'verifying');
  for (let at = 0; at < 64 * MIB; at += MIB / 4) line.show({ bytes: at, bytesTotal: 64 * MIB, records: 0 });
  assert.equal(terminal.written.length, 4);
});

test('a pipe or a file sees nothing', () => {
  const pipe = stream(false);
  const line = progressLine(pipe, 'verifying');
  line.show({ bytes: MIB, bytesTotal: MIB, records: 1 });
  line.clear();
  assert.deepEqual(pipe.written, []);
});
