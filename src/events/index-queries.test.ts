import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { countOverTime, countValues, enforceBudget, selectCompleted, selectPage } from '#events/index-queries.ts';
import { MONTH_SCHEMA } from '#events/index-schema.ts';

const SCOPE = { from: 0, to: Number.MAX_SAFE_INTEGER, match: undefined, condition: undefined };

function month(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(MONTH_SCHEMA);
  enforceBudget(database, () => false);
  return database;
}

/** How SQLite answers whatever `ask` prepares. */
function plansOf(ask: (database: DatabaseSync) => unknown): string {
  const database = month();
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

test('what completed since is read in its order from an index, without a sort', () => {
  const plan = plansOf((database) => selectCompleted(database, SCOPE, { first: 1, end: 9 }, 5));
  assert.match(plan, /USING INDEX by_completion \(<expr>>\? AND <expr><\?\)/);
  assert.doesNotMatch(plan, /TEMP B-TREE/);
});

test('a page of words is read in the order of the text index, without a sort', () => {
  const plan = plansOf((database) => selectPage(database, { ...SCOPE, match: '"x"' }, 'newest', 5));
  assert.doesNotMatch(plan, /TEMP B-TREE/);
});

test('the budget does not keep a filter from its index', () => {
  const condition = { sql: '(caller_subject = ?)', parameters: ['x'] };
  const plan = plansOf((database) => selectPage(database, { ...SCOPE, condition }, 'newest', 5));
  assert.match(plan, /USING INDEX who \(caller_subject=\? AND rowid>\? AND rowid<\?\)/);
});

test('an empty month answers every question with nothing', () => {
  const database = month();
  assert.deepEqual(countValues(database, SCOPE, 'name', 5), []);
  assert.deepEqual(countOverTime(database, SCOPE, 60_000), []);
  assert.deepEqual(selectCompleted(database, { ...SCOPE, match: '"x"' }, { first: 0, end: 9 }, 5), []);
  database.close();
});

/** As stream.worker.ts scans for an export: events at every second record, none of which the filter takes. */
const LONG_SCAN = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { DatabaseSync } = require('node:sqlite');
  Promise.all([import(workerData.queries), import(workerData.schema)]).then(([{ enforceBudget, selectPage }, { MONTH_SCHEMA }]) => {
    const database = new DatabaseSync(':memory:');
    database.exec(MONTH_SCHEMA);
    const columns = database.prepare("SELECT name FROM pragma_table_info('events') WHERE name <> 'key'").all();
    database.exec('DROP TABLE events; CREATE VIEW events AS WITH RECURSIVE odd(n) AS ' +
      '(SELECT 1 UNION ALL SELECT n + 2 FROM odd WHERE n < ' + 2 * workerData.events + ') SELECT n AS key, ' +
      columns.map(({ name }) => (name === 'n' ? 'n' : name === 'name' ? 'CAST(n AS TEXT) AS name' : '1 AS ' + name)).join(', ') + ' FROM odd');
    const asked = new Int32Array(workerData.asked);
    enforceBudget(database, () => {
      if (Atomics.add(asked, 0, 1) === 0) parentPort.postMessage('looking');
      return false;
    });
    const scope = { from: 0, to: Number.MAX_SAFE_INTEGER, match: undefined, condition: { sql: "name = 'x'", parameters: [] } };
    selectPage(database, scope, 'oldest', 10);
    parentPort.postMessage('over');
  });`;

test('a thread inside a question can be ended: there it comes back from SQLite', async () => {
  const events = 20_000_000;
  const asked = new SharedArrayBuffer(4);
  const worker = new Worker(LONG_SCAN, {
    eval: true,
    workerData: {
      events,
      asked,
      queries: import.meta.resolve('#events/index-queries.ts'),
      schema: import.meta.resolve('#events/index-schema.ts'),
    },
  });
  const said = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  assert.equal(said, 'looking');
  const [times = 0] = new Int32Array(asked);
  assert.ok(times < events / 512, `it looked on to its end: ${times}`);
});
