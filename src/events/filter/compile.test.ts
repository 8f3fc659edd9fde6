import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileFilter } from '#events/filter/compile.ts';
import { parseFilter } from '#events/filter/parser.ts';
import { MONTH_SCHEMA } from '#events/index-schema.ts';
import { LIMITS } from '#limits.ts';

const database = new DatabaseSync(':memory:');
database.exec(MONTH_SCHEMA);
database.exec(`
  INSERT INTO group_sets VALUES (1, '["okta:a","okta:b"]'), (2, '[]');
  INSERT INTO events (key, n, t, kind, outcome, code, caller_subject, caller_groups, name, masking, duration_ms, result, segment, offset) VALUES
    (1, 1, 1000, 'intent', 'ok', NULL, 'ada', 1, 'get_100%', '[{"rule":"field-name","type":"SECRET","pointer":"/a","count":2}]', 5.5, 2, 0, 0),
    (3, 3, 2000, 'intent', 'error', 'denied', 'bob', 2, 'delete_\uFFFF', NULL, 50, 4, 0, 0),
    (5, 5, 3000, 'control', NULL, 'start', NULL, NULL, NULL, NULL, NULL, NULL, 0, 0)`);

function found(text: string): string {
  const filter = parseFilter(text, LIMITS);
  assert.ok(filter.ok, `${text} was refused`);
  const { sql, parameters } = compileFilter(filter.value, 'a');
  const rows = database.prepare(`SELECT n FROM events WHERE ${sql} ORDER BY n`).all(...parameters) as { n: number }[];
  return rows.map(({ n }) => n).join(' ');
}

for (const [filter, expected] of [
  ['caller.subject eq "ada"', '1'],
  ['caller.subject ne "ada"', '3 5'],
  ['not (caller.subject eq "ada")', '3 5'],
  ['not (not (caller.subject eq "ada"))', '1'],
  ['caller.subject pr', '1 3'],
  ['caller.subject eq null', '5'],
  ['name co "0%"', '1'],
  ['name co ""', '1 3'],
  ['name sw "get_"', '1'],
  ['name sw "delete_\uFFFF"', '3'],
  ['name sw ""', '1 3'],
  ['name ew "%"', '1'],
  ['name ew "xxget_100%"', ''],
  ['name ew ""', '1 3'],
  ['name sw "GET_"', ''],
  ['name gt "f"', '1'],
  ['time ge "1970-01-01T00:00:02Z"', '3 5'],
  ['time lt "1970-01-01T00:00:02Z"', '1'],
  ['durationMs gt 5', '1 3'],
  ['durationMs le 5.5', '1'],
  ['caller.groups eq "okta:b"', '1'],
  ['caller.groups eq "okta"', ''],
  ['caller.groups ne "okta:b"', '1 3 5'],
  ['not (caller.groups eq "okta:b")', '3 5'],
  ['caller.groups pr', '1'],
  ['masking.type eq "SECRET"', '1'],
  ['masking.type ne "SECRET"', '3 5'],
  ['masking.count gt 1', '1'],
  ['masking pr', '1'],
  ['caller pr', '1 3'],
  ['outcome eq "error"', '3'],
  ['outcome eq "ok"', '1'],
  ['kind eq "control" or outcome eq "ok"', '1 5'],
  ['kind eq "intent" and not (code eq "denied")', '1'],
  ['id eq "a:3"', '3'],
  ['id eq "b:3"', ''],
  ['id ne "b:3"', '1 3 5'],
  ['intent eq "a:5"', ''],
  ['intent pr', '1 3'],
  ['result eq "a:4"', '3'],
  ['id gt "a:1" and id le "a:3"', '3'],
] as const) {
  test(`${filter} finds ${expected === '' ? 'nothing' : expected}`, () => {
    assert.equal(found(filter), expected);
  });
}

test('no value of a filter becomes part of the statement', () => {
  const values = fc.oneof(fc.string(), fc.constantFrom("' OR 1=1 --", '"; DROP TABLE events; --', '?', ')'));
  fc.assert(
    fc.property(
      values,
      fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt'),
      fc.constantFrom('name', 'caller.groups', 'masking.rule'),
      (value, operator, name) => {
        const texts = [value, 'other'].map((text) => {
          const filter = parseFilter(`${name} ${operator} ${JSON.stringify(text)}`, LIMITS);
          if (!filter.ok) return undefined;
          const { sql, parameters } = compileFilter(filter.value, 'a');
          database.prepare(`SELECT n FROM events WHERE ${sql}`).all(...parameters);
          return sql;
        });
        if (value !== '' && texts[0] !== undefined) assert.equal(texts[0], texts[1]);
      },
    ),
  );
});

test('"starts with" agrees with JavaScript for any text', () => {
  const insert = database.prepare(
    "INSERT INTO events (key, n, t, kind, name, segment, offset) VALUES (99, 99, 0, 'intent', ?, 0, 0)",
  );
  const remove = database.prepare('DELETE FROM events WHERE key = 99');
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', '\u007f', '\ud7ff', '\ue000', '\u{10ffff}'),
    maxLength: 4,
  });
  fc.assert(
    fc.property(texts, texts, (name, prefix) => {
      insert.run(name);
      const isFound = found(`name sw ${JSON.stringify(prefix)} and id eq "a:99"`) === '99';
      remove.run();
      assert.equal(isFound, name.startsWith(prefix));
    }),
    { numRuns: 500 },
  );
});
