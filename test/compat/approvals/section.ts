/** The table in docs/APPROVALS.md, between two marks; nothing between them is written by hand. */
import { COURSE_TITLES, COURSES } from './course.ts';
import type { ApprovalRow } from './approval-rows.ts';

const [START, END] = ['<!-- clients: npm run compat -- --approvals --write -->\n', '<!-- end of clients -->'];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`;

export type SeenOn = { readonly date: string; readonly platform: string };
export const isWorse = (rows: readonly ApprovalRow[]): boolean =>
  rows.some(({ verdicts }) => COURSES.some((course) => verdicts[course].isWorse));

export function approvalTable(
  rows: readonly ApprovalRow[],
  { date, platform }: SeenOn,
  versionOf: (name: string) => string,
): string {
  const heads = ['client', 'version', 'era', ...COURSES.map((course) => COURSE_TITLES[course])];
  const lines = rows.map(({ client, verdicts }) =>
    line([
      client.title,
      `\`${client.package}\` ${versionOf(client.package)}`,
      client.era,
      ...COURSES.map((course) => (verdicts[course].isWorse ? `**${verdicts[course].says}**` : verdicts[course].says)),
    ]),
  );
  return `Seen on ${date}, ${platform}.\n\n${line(heads)}|${'---|'.repeat(heads.length)}\n${lines.join('')}`;
}

/** The page with the table seen anew, and everything else as it was. */
export function withTable(page: string, table: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error('the page has no place for the table');
  return `${page.slice(0, start + START.length)}\n${table.trim()}\n\n${page.slice(end)}`;
}

/** What stands between the marks. */
export function tableOf(page: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  return start < 0 || end < start ? '' : page.slice(start + START.length, end).trim();
}
