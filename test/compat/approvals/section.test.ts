/** The table in docs/APPROVALS.md and the programs it is about: an upgrade or a new row without a new run fails here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../programs.ts';
import { versionOf } from '../versions.ts';
import type { ApprovalRow } from './approval-rows.ts';
import { COURSE_TITLES, COURSES } from './course.ts';
import type { Course } from './course.ts';
import { approvalTable, isWorse, tableOf, withTable } from './section.ts';
import type { Verdict } from './verdict.ts';
import { WAITING_CLIENTS } from './waiting-clients.ts';

const written = readFileSync(join(ROOT, 'docs', 'APPROVALS.md'), 'utf8');
const [client] = WAITING_CLIENTS;
assert.ok(client !== undefined);

const rowWith = (late: Verdict): ApprovalRow => {
  const answer: Verdict = { says: 'answer', isWorse: false };
  const verdicts = COURSES.map((course) => [course, course === 'late' ? late : answer] as const);
  return { client, reports: [], verdicts: Object.fromEntries(verdicts) as Record<Course, Verdict> };
};
const seenOn = { date: '2026-11-26', platform: 'Node 26' };

test('a table is as good as its worst cell, and that one stands out', () => {
  const worse = rowWith({ says: 'time-out | of the client', isWorse: true });
  assert.equal(isWorse([rowWith({ says: 'answer', isWorse: false })]), false);
  assert.equal(isWorse([worse]), true);
  assert.match(
    approvalTable([worse], seenOn, () => '1.0.0'),
    /\| answer \| \*\*time-out \\\| of the client\*\* \| answer \|/,
  );
});

test('a table that is seen anew changes what stands between its marks and nothing else', () => {
  const page = withTable(written, 'another table');
  assert.equal(tableOf(page), 'another table');
  assert.equal(withTable(page, tableOf(written)), written);
  assert.throws(() => withTable('# Another page', 'a table'));
});

test('docs/APPROVALS.md says for every program and every course what its user sees, with the version that is pinned now', () => {
  const table = tableOf(written);
  assert.ok(table.includes(`| ${COURSES.map((course) => COURSE_TITLES[course]).join(' | ')} |`));
  for (const { title, package: name, era } of WAITING_CLIENTS) {
    const start = RegExp.escape(`| ${title} | \`${name}\` ${versionOf(name)} | ${era} |`);
    assert.match(table, new RegExp(`^${start}(?: [^|]+ \\|){${COURSES.length}}$`, 'm'), `${title}, ${era}`);
  }
  assert.equal(table.match(/^\| /gm)?.length, WAITING_CLIENTS.length + 1);
});

test('docs/APPROVALS.md has no client that is worse off than refused at once', () => {
  assert.doesNotMatch(tableOf(written), /\*\*/);
});
