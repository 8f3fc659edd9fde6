/** The filter language: whatever is accepted runs on the index as it is, and a filter and its opposite find every event once. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { ATTRIBUTE_NAMES } from '#events/filter/attributes.ts';
import { COMPARISONS } from '#events/filter/ast.ts';
import { compileFilter } from '#events/filter/compile.ts';
import type { SqlCondition } from '#events/filter/compile.ts';
import { parseFilter } from '#events/filter/parser.ts';
import { MONTH_SCHEMA } from '#events/index-schema.ts';
import { LIMITS } from '#limits.ts';
import { fuzzTarget } from '../target.ts';
import type { FuzzTarget } from '../target.ts';

function openIndex(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(MONTH_SCHEMA);
  database.exec(`
    INSERT INTO group_sets VALUES (1, '["okta:a","okta:b"]'), (2, '[]');
    INSERT INTO events (key, n, t, kind, outcome, code, caller_subject, caller_groups, name, masking, duration_ms, result, segment, offset) VALUES
      (1, 1, 1000, 'intent', 'ok', NULL, 'ada', 1, 'get_100%', '[{"rule":"field-name","type":"SECRET","pointer":"/a","count":2}]', 5.5, 2, 0, 0),
      (3, 3, 2000, 'intent', 'error', 'denied', 'bob', 2, 'delete_x', NULL, 50, 4, 0, 0),
      (5, 5, 3000, 'control', NULL, 'start', NULL, NULL, NULL, NULL, NULL, NULL, 0, 0)`);
  return database;
}
const ROWS = 3;

const VALUES = [
  '"ada"',
  '"x"',
  '5',
  '-1.5e3',
  '"a:1"',
  'null',
  'true',
  '"2026-01-01T00:00:00Z"',
  '"\\ud800"',
  '"%_\u{10ffff}"',
  '"\\" OR 1=1 --"',
];
const comparison = fc
  .tuple(
    fc.constantFrom(...ATTRIBUTE_NAMES),
    fc.constantFrom(...COMPARISONS, 'pr', 'EQ'),
    fc.oneof(
      fc.constantFrom(...VALUES),
      fc.string().map((text) => JSON.stringify(text)),
    ),
  )
  .map(([name, operator, value]) => (operator === 'pr' ? `${name} pr` : `${name} ${operator} ${value}`));
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 5 },
    comparison,
    fc.tuple(tie('filter'), fc.constantFrom(' and ', ' or ', ' AND '), tie('filter')).map((parts) => parts.join('')),
    tie('filter').map((inner) => `not (${inner})`),
    tie('filter').map((inner) => `(${inner})`),
  ),
}));

export type Filtering = { readonly parseFilter: typeof parseFilter; readonly compileFilter: typeof compileFilter };

export function filterTarget(filtering: Filtering = { parseFilter, compileFilter }): FuzzTarget {
  const database = openIndex();
  const count = ({ sql, parameters }: SqlCondition): number =>
    Number(database.prepare(`SELECT count(*) AS n FROM events WHERE ${sql}`).get(...parameters)?.['n']);
  return fuzzTarget({
    name: 'filter',
    corpus: [
      'caller.subject eq "ada" and not (outcome eq "ok")',
      '(name sw "get_" or name co "100%") and time ge "2026-01-01T00:00:00Z"',
      'masking.type eq "SECRET" or caller.groups ne "okta:a"',
      'id gt "a:1" and durationMs le 5.5 and code pr',
      'kind eq null',
    ].map((text) => Buffer.from(text)),
    words: [
      ...ATTRIBUTE_NAMES,
      ...COMPARISONS,
      ...VALUES,
      'pr',
      ' and ',
      ' or ',
      'not (',
      '(',
      ')',
      '[',
      ']',
      '.',
      '"',
      '\\',
      ' ',
    ],
    made: filter.map((text) => Buffer.from(text)),
    run(input) {
      const text = input.toString('utf8');
      const parsed = filtering.parseFilter(text, LIMITS);
      return { text, parsed, compiled: parsed.ok ? filtering.compileFilter(parsed.value, 'a') : undefined };
    },
    verify(_input, { text, parsed, compiled }) {
      if (!parsed.ok || compiled === undefined) {
        assert.ok(
          parsed.ok || (parsed.error.offset >= 0 && parsed.error.offset <= text.length),
          'a fault lies outside of the filter',
        );
        assert.ok(parsed.ok || parsed.error.expected !== '', 'a fault says not what is expected');
        return 'refused';
      }
      assert.match(compiled.sql, /^[\x20-\x7e]*$/, 'a value got into the statement');
      const found = count(compiled);
      const opposite = count(filtering.compileFilter({ op: 'not', term: parsed.value }, 'a'));
      assert.equal(found + opposite, ROWS, 'a filter and its opposite do not make up all events');
      return 'accepted';
    },
  });
}
