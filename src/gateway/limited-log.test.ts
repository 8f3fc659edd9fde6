import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { limitLog } from '#gateway/limited-log.ts';

function open(logLinesPerMinute = 3) {
  const lines: { level: number; msg: string; leftOut?: number; of?: string }[] = [];
  let nowMs = 0;
  const written = pino({ level: 'debug', base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const log = limitLog(written, { limits: { logLinesPerMinute }, monotonicMs: () => nowMs });
  return { log, lines, advance: (ms: number) => void (nowMs += ms), said: () => lines.map(({ msg }) => msg) };
}

test('of one message there are so many lines a minute, and then it is said how many more there were', () => {
  const { log, lines, advance, said } = open();
  for (let at = 0; at < 100; at += 1) log.warn({ at }, 'flood');
  assert.deepEqual(said(), ['flood', 'flood', 'flood']);
  advance(60_000);
  log.warn({}, 'flood');
  assert.deepEqual(said().slice(3), ['lines were left out', 'flood']);
  assert.deepEqual([lines[3]?.leftOut, lines[3]?.of], [97, 'flood']);
});

test('another message is not held back by it', () => {
  const { log, said } = open();
  for (let at = 0; at < 100; at += 1) log.info({}, 'flood');
  log.error({}, 'trouble');
  assert.equal(said().at(-1), 'trouble');
});

test('debug is not limited', () => {
  const { log, lines } = open();
  for (let at = 0; at < 100; at += 1) log.debug({}, 'call');
  assert.equal(lines.length, 100);
});

test('however many different messages there are, no more than a bounded number is told apart', () => {
  const { log, lines } = open(1);
  for (let at = 0; at < 10_000; at += 1) log.warn({}, `message ${at}`);
  assert.ok(lines.length <= 258, `${lines.length} lines`);
});
