/** docs/MASKING.md says what its commands print, as far as that can be told without running them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ENTITIES } from '#masking/engine/entities.ts';
import { LARGE_HEAD, LARGE_ROWS, SPEED_HEAD, SPEED_ROWS } from '../bench/masking-table.ts';
import { between, replaceBetween } from '../bench/write-table.ts';
import { ACCURACY_HEAD } from './accuracy.ts';
import { HELD_OUT_JSON, HELD_OUT_PROSE } from './held-out.ts';
import { JSON_CASES } from './json-cases.ts';
import { labelledDoc, labelledText, type Label } from './labelled.ts';
import { PROSE } from './prose-cases.ts';
import { STRANGER_CALLS } from './stranger-calls.ts';
import { STRANGER_RECORDS } from './stranger-records.ts';
import { STRANGER_TEXTS } from './stranger-texts.ts';

const page = readFileSync(new URL('../../docs/MASKING.md', import.meta.url), 'utf8');
const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const NOTE = /^Measured on \d+ × .+, \d+ GiB, Node \d+\.\d+\.\d+, load average \d+\.\d, \d{4}-\d{2}-\d{2}\.$/m;
const TABLES = { 'large messages': 'bench:large', accuracy: 'masking:accuracy', speed: 'bench:masking' } as const;

const tableOf = (mark: string): string => between(page, mark) ?? '';
const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const rowsOf = (text: string, head: string): string[][] => {
  const [, body = ''] = text.split(`${head}\n`);
  return (body.split('\n\n')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map(cellsOf);
};

test('each table of the page stands under the command that writes it, with machine and date', () => {
  for (const [mark, script] of Object.entries(TABLES)) {
    assert.ok(packageJson.scripts[script] !== undefined, script);
    const before = page.slice(0, page.indexOf(`<!-- ${mark} -->`));
    assert.match(before.slice(-500), new RegExp(`npm run ${script} -- --write`), mark);
    assert.match(tableOf(mark), NOTE, mark);
  }
});

test('the speed table has the rows that are measured, with their aims, and a figure in each', () => {
  const rows = rowsOf(tableOf('speed'), SPEED_HEAD);
  assert.deepEqual(
    rows.map(([name, , aim]) => [name, aim]),
    Object.values(SPEED_ROWS).map(([name, aim]) => [name, aim]),
  );
  for (const [name, measured] of rows)
    assert.match(measured ?? '', /^-?\d+\.(?:\d MB\/s|\d{3} ms(?: \(.+\))?)$/, String(name));
});

test('the table of large messages has its rows', () => {
  const rows = rowsOf(tableOf('large messages'), LARGE_HEAD);
  assert.deepEqual(
    rows.map(([name]) => name),
    [...LARGE_ROWS],
  );
  for (const [, p50, p99, worst] of rows) assert.ok(Number(p50) <= Number(p99) && Number(p99) <= Number(worst) + 1);
});

const countOf = (labels: readonly Label[], type: string): number => labels.filter((one) => one.type === type).length;

test('the accuracy tables count the labels there are, and their figures agree with each other', () => {
  const sets = {
    'prose, by hand': PROSE.flatMap((one) => labelledText(one).labels),
    'prose, held out': HELD_OUT_PROSE.flatMap((one) => labelledText(one).labels),
    'prose, as strangers write': STRANGER_TEXTS.flatMap((one) => labelledText(one).labels),
    'json, as strangers write': [...STRANGER_CALLS, ...STRANGER_RECORDS].flatMap((one) => labelledDoc(one).labels),
    'json, by hand': JSON_CASES.flatMap((one) => labelledDoc(one).labels),
    'json, held out': HELD_OUT_JSON.flatMap((one) => labelledDoc(one).labels),
  };
  const sections = new Map(
    tableOf('accuracy')
      .split('### ')
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), rowsOf(section, ACCURACY_HEAD)]),
  );
  for (const [set, labels] of Object.entries(sets)) {
    const rows = sections.get(set) ?? [];
    for (const type of ENTITIES.filter((one) => one !== 'URL' && countOf(labels, one) > 0))
      assert.equal(rows.find(([name]) => name === type)?.[1], String(countOf(labels, type)), `${set}: ${type}`);
  }
  for (const [set, rows] of sections)
    for (const [type, , precision, recall, f1] of rows) {
      const [p, r] = [Number(precision), Number(recall)];
      const expected = p + r === 0 ? 0 : (2 * p * r) / (p + r);
      assert.ok(Math.abs(expected - Number(f1)) < 0.002, `${set}: ${type}`);
    }
  assert.equal(sections.size, 8);
});

test('a mark that is not there is said, and text with dollar signs is written as it is', () => {
  const text = 'a\n<!-- x -->\nold\n<!-- /x -->\nb';
  assert.equal(replaceBetween(text, 'x', '$& $1'), 'a\n<!-- x -->\n$& $1\n<!-- /x -->\nb');
  assert.equal(between(text, 'x'), 'old');
  assert.equal(replaceBetween(text, 'y', ''), undefined);
});
