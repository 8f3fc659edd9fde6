import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { openBrokenGlass } from '#store/broken-glass-table.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

const nina = { issuer: 'https://idp.example', subject: 'nina' };
const glass = { ...nina, beganAtMs: 1_000, endsAtMs: 2_000, reason: 'down', record: 'a:7' };

test('what one process began and ended counts in every other', (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const [here, there] = [openBrokenGlass(path, LIMITS), openBrokenGlass(path, LIMITS)];
  t.after(() => [here, there].forEach((store) => store.close()));
  here.begin(glass);
  assert.deepEqual(there.find(nina), glass);
  assert.equal(there.find({ ...nina, issuer: 'https://other.example' }), undefined);
  assert.equal(there.end(nina), true);
  assert.equal(there.end(nina), false);
  assert.equal(here.find(nina), undefined);
});

test('a second one of the same caller takes the place of the first, and what is over is removed', (t) => {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '');
  const store = openBrokenGlass(path, LIMITS);
  t.after(() => store.close());
  store.begin(glass);
  store.begin({ ...glass, beganAtMs: 1_500, endsAtMs: 2_500, record: 'a:8' });
  store.begin({ ...glass, subject: 'olga', beganAtMs: 1_600, endsAtMs: 2_600 });
  assert.deepEqual(
    store.inForce(2_000).map(({ subject, beganAtMs }) => [subject, beganAtMs]),
    [
      ['olga', 1_600],
      ['nina', 1_500],
    ],
  );
  assert.deepEqual(
    store.inForce(2_500).map(({ subject }) => subject),
    ['olga'],
  );
  store.begin({ ...glass, subject: 'eve', beganAtMs: 2_500, endsAtMs: 3_000 });
  assert.equal(store.find(nina), undefined);
});

test('a file that is not there is an error at each use, never an empty table', (t) => {
  const store = openBrokenGlass(join(temporaryDirectory(t), 'missing.db'), LIMITS);
  for (let again = 0; again < 2; again += 1) assert.throws(() => store.find(nina));
  store.close();
});
