import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PROBLEMS, problemType } from '#api/contract/problem.ts';

test('every problem has an error status, a title that is a sentence, and a type of its own', () => {
  for (const [status, title] of Object.values(PROBLEMS)) {
    assert.ok(status >= 400 && status < 600);
    assert.match(title, /^[A-Z].*\.$/);
  }
  assert.equal(problemType('not_found'), 'urn:gatebook:problem:not_found');
});

test('docs/ERRORS.md lists every problem with its status, and no other', () => {
  const page = readFileSync(new URL('../../../docs/ERRORS.md', import.meta.url), 'utf8');
  const rows = [...(page.split('\n## The API\n')[1] ?? '').matchAll(/^\| `(\w+)` \| (\d+) \|/gm)];
  assert.deepEqual(
    rows.map(([, code, status]) => `${code} ${status}`).toSorted(),
    Object.entries(PROBLEMS)
      .map(([code, [status]]) => `${code} ${status}`)
      .toSorted(),
  );
});
