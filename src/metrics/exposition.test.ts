import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter, Gauge } from 'prom-client';
import { createExposition, createRegistry, mergeMetrics } from '#metrics/exposition.ts';
import { readOpenMetrics, total } from '#test/fakes/openmetrics.ts';

function open(shard = 'a') {
  const registry = createRegistry();
  let nowMs = 0;
  let asked = 0;
  const calls = new Counter({ name: 'calls', help: 'h', labelNames: ['x'], registers: [registry] });
  const records = new Gauge({
    name: 'records',
    help: 'h',
    labelNames: ['shard'],
    registers: [registry],
    collect() {
      asked += 1;
      this.set({ shard }, 7);
    },
  });
  records.set({ shard }, 0);
  return {
    calls,
    exposition: createExposition(registry, { monotonicMs: () => nowMs, freshMs: 1_000 }),
    advance: (ms: number) => void (nowMs += ms),
    asked: () => asked,
  };
}

test('scrapes within a moment cost one, the next one is new', async () => {
  const { exposition, advance, asked, calls } = open();
  const texts = await Promise.all(Array.from({ length: 20 }, () => exposition.text()));
  assert.equal(asked(), 1);
  assert.equal(new Set(texts).size, 1);
  calls.inc({ x: '1' });
  advance(999);
  assert.equal(total(readOpenMetrics(await exposition.text()), 'calls_total'), 0);
  advance(1);
  assert.equal(total(readOpenMetrics(await exposition.text()), 'calls_total'), 1);
  assert.equal(asked(), 2);
});

test('processes are added up, and their shards stay apart', async () => {
  const [a, b] = [open('a'), open('b')];
  a.calls.inc({ x: '1' }, 2);
  b.calls.inc({ x: '1' }, 3);
  await a.exposition.text();
  const samples = readOpenMetrics(await mergeMetrics([await a.exposition.json(), await b.exposition.json()]));
  assert.equal(total(samples, 'calls_total', { x: '1' }), 5);
  assert.equal(total(samples, 'records', { shard: 'a' }), 7);
  assert.equal(total(samples, 'records', { shard: 'b' }), 7);
});

test('a label cannot end its line', async () => {
  const { exposition, calls } = open();
  const evil = 'a"} 1\nforged_total 1\n# EOF\n\\';
  calls.inc({ x: evil });
  const samples = readOpenMetrics(await exposition.text());
  assert.equal(samples.find(({ name }) => name === 'calls_total')?.labels['x'], evil);
});
