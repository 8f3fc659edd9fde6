import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { enforceBudget, selectPage, TooCostly } from '#events/index-queries.ts';
import { META_SCHEMA, MONTH_SCHEMA } from '#events/index-schema.ts';
import {
  countUnattributed,
  revocationsSince,
  type SessionScope,
  selectSessions,
} from '#events/index-session-queries.ts';
import { SessionWriter } from '#events/index-session-writer.ts';
import { toolCall } from '#test/fakes/event-records.ts';

const HOUR = 3_600_000;
const ALWAYS: SessionScope = { sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER };

function opened(schema: string, isOver = () => false): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(schema);
  enforceBudget(database, isOver);
  return database;
}

/** How SQLite answers whatever `ask` prepares. */
function plansOf(schema: string, ask: (database: DatabaseSync) => unknown): string {
  const database = opened(schema);
  const plans: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql: string) => {
    const slots = sql.replaceAll(/'[^']*'/g, '').split('?').length - 1;
    const rows = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array.from({ length: slots }, () => 'x'));
    plans.push(...rows.map(({ detail }) => String(detail)));
    return prepare(sql);
  };
  ask(database);
  database.close();
  return plans.join('; ');
}

test('sessions are walked in the order they are given in, without a sort, by time and by caller', () => {
  const before = { t: 5, n: 5 };
  const byTime = plansOf(META_SCHEMA, (meta) => selectSessions(meta, { ...ALWAYS, before, connection: 'x' }, 5));
  assert.match(byTime, /sessions_begun \(first_t>\? AND first_t<\?\).*sessions_long \(first_t<\?\)/);
  const byCaller = plansOf(META_SCHEMA, (meta) => selectSessions(meta, { ...ALWAYS, before, caller: 'x' }, 5));
  assert.match(byCaller, /sessions_of \(caller_subject=\? AND first_t<\?\)/);
  for (const plan of [byTime, byCaller]) assert.doesNotMatch(plan, /TEMP B-TREE/);
});

test('the events of a session come in their order from its index, without a sort', () => {
  const condition = { sql: '(session = ?)', parameters: ['x'] };
  const scope = { from: 0, to: Number.MAX_SAFE_INTEGER, match: undefined, condition };
  const plan = plansOf(MONTH_SCHEMA, (month) => selectPage(month, scope, 'oldest', 5));
  assert.match(plan, /USING INDEX by_session \(session=\?/);
  assert.doesNotMatch(plan, /TEMP B-TREE/);
});

test('what belongs to no session is counted from an index that holds nothing else', () => {
  const plan = plansOf(MONTH_SCHEMA, (month) => countUnattributed(month, { from: 0, to: 9 }, {}, 5));
  assert.match(plan, /USING COVERING INDEX unattributed/);
});

/** Sessions with a first and a last call, and the scope asked for. Few different times, so that they meet. */
const hours = fc.integer({ min: 0, max: 72 });
const session = fc.record({ first: hours, lasts: fc.integer({ min: 0, max: 60 }), isAda: fc.boolean() });
const asked = fc.record({
  since: hours,
  until: hours,
  isAda: fc.boolean(),
  before: fc.option(hours, { nil: undefined }),
});

test('a walk finds exactly the sessions a look at all of them finds', () => {
  fc.assert(
    fc.property(fc.array(session, { maxLength: 12 }), asked, (sessions, { since, until, isAda, before }) => {
      const meta = opened(META_SCHEMA);
      const writer = new SessionWriter(meta);
      const all = sessions
        .toSorted((a, b) => a.first - b.first)
        .map((one, n) => ({ ...one, n, last: one.first + one.lasts, id: `s${n}` }));
      for (const { n, id, first, isAda: ada } of all) {
        const caller = { issuer: 'x', subject: ada ? 'ada' : 'eve', kind: 'person', groups: [] } as const;
        writer.add(toolCall(n, 'find', {}, { session: id, caller }, first * HOUR), () => undefined);
      }
      for (const { n, id, last } of all)
        writer.add(toolCall(n + all.length, 'find', {}, { session: id }, last * HOUR), () => undefined);
      writer.flush();
      const place = before === undefined ? undefined : { t: before * HOUR, n: 5 };
      const scope = { sinceMs: since * HOUR, untilMs: until * HOUR, before: place, caller: isAda ? 'ada' : undefined };
      const found = selectSessions(meta, scope, 100).map((row) => row.session);
      meta.close();
      const expected = all.filter(
        (one) =>
          one.first < until &&
          one.last >= since &&
          (!isAda || one.isAda) &&
          (before === undefined || one.first < before || (one.first === before && one.n < 5)),
      );
      assert.deepEqual(found, expected.map(({ id }) => id).toReversed());
    }),
    { numRuns: 400 },
  );
});

test('a walk over too much ends when its budget is over', (t: TestContext) => {
  let isOver = false;
  const meta = opened(META_SCHEMA, () => isOver);
  t.after(() => meta.close());
  const writer = new SessionWriter(meta);
  for (let n = 0; n < 2_000; n += 1) writer.add(toolCall(n, 'find', {}, { session: `s${n}` }), () => undefined);
  writer.flush();
  assert.equal(selectSessions(meta, { ...ALWAYS, connection: 'nowhere' }, 5).length, 0);
  isOver = true;
  assert.throws(() => selectSessions(meta, { ...ALWAYS, connection: 'nowhere' }, 5), TooCostly);
});

test('of too many revocations the newest are read', () => {
  const meta = opened(META_SCHEMA);
  for (let n = 0; n < 5; n += 1) meta.prepare('INSERT INTO revocations VALUES (?, ?, ?)').run(n, n, `${n}`);
  assert.deepEqual(
    revocationsSince(meta, 1, 2).map(({ t }) => t),
    [4, 3],
  );
  meta.close();
});
