/** The table of approvals: every program makes five calls that are held, all at the same time, and each takes its course. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../child.ts';
import { HERE } from '../programs.ts';
import { startApprover } from './approver.ts';
import type { Approver } from './approver.ts';
import { COURSES } from './course.ts';
import type { CaseReport, Course, Settled, WaitingErrand } from './course.ts';
import { startApprovalSite } from './site.ts';
import type { ApprovalSite } from './site.ts';
import { verdictOf } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { WAITING_CLIENTS } from './waiting-clients.ts';
import type { WaitingClient } from './waiting-clients.ts';

export type ApprovalRow = {
  readonly client: WaitingClient;
  readonly verdicts: Readonly<Record<Course, Verdict>>;
  /** What was read, try by try, for whoever wants to see more than the cell. */
  readonly reports: readonly CaseReport[];
};

/** Two tries of 200 s at most, and what it takes to start. */
const ROW_MS_MAX = 420_000;
/** So long the next program waits until this one has asked: many that start at the same time are slow enough to fail for that. */
const ASKED_MS_MAX = 20_000;
const POLL_MS = 50;
const LAST_WORDS_MS = 5_000;

type Stage = { readonly site: ApprovalSite; readonly approver: Approver; readonly home: string };

const orderOf = (row: number, course: Course): string => `order-${row}-${course}`;
const subjectOf = (row: number, course: Course): string => `person-${row}-${course}`;

async function errandOf(
  { site }: Stage,
  row: number,
  { setup, server = 'orders' }: WaitingClient,
): Promise<WaitingErrand> {
  const cases = COURSES.map(async (course) => ({
    course,
    order: orderOf(row, course),
    token: await site.token(subjectOf(row, course)),
  }));
  return { url: site.url(server), setup, cases: await Promise.all(cases) };
}

const silent = (course: Course, why: string): CaseReport => ({
  course,
  attempts: [{ text: why }],
  links: 0,
  forms: 0,
  progress: 0,
});

/** Its reports by course, once it has ended. */
async function runProgram(stage: Stage, row: number, client: WaitingClient): Promise<readonly CaseReport[]> {
  const errand = await errandOf(stage, row, client);
  const program = startChild([join(HERE, 'approvals', 'drivers', client.driver), JSON.stringify(errand)], {
    env: { HOME: stage.home, NO_COLOR: '1', NO_PROXY: '127.0.0.1' },
  });
  const reports = new Map<Course, CaseReport>();
  const { promise: toldAll, resolve: haveTold } = Promise.withResolvers<void>();
  program.process.on('message', (report) => {
    const one = report as CaseReport;
    reports.set(one.course, one);
    if (reports.size === COURSES.length) haveTold();
  });
  const expected = COURSES.map(async (course) => ({
    subject: subjectOf(row, course),
    course,
    token: await stage.site.apiToken(subjectOf(row, course)),
    onSettled: () => program.process.connected && program.process.send({ settled: course } satisfies Settled),
  }));
  stage.approver.expect(await Promise.all(expected));
  const over = new AbortController();
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
  // What a process said last may be heard after its end.
  await Promise.race([toldAll, program.ended.then(() => pause(LAST_WORDS_MS)), pause(ROW_MS_MAX)]);
  over.abort();
  await program.end();
  return COURSES.map(
    (course) => reports.get(course) ?? silent(course, `the driver ended: ${program.written().trim()}`),
  );
}

async function untilAsked({ approver }: Stage, row: number): Promise<void> {
  const end = performance.now() + ASKED_MS_MAX;
  const haveAsked = (): boolean => COURSES.every((course) => approver.timesAsked(subjectOf(row, course)) > 0);
  while (!haveAsked() && performance.now() < end) await delay(POLL_MS);
}

function rowOf(
  { site, approver }: Stage,
  row: number,
  client: WaitingClient,
  reports: readonly CaseReport[],
): ApprovalRow {
  const verdicts = reports.map((report) => {
    const order = orderOf(row, report.course);
    const timesAsked = approver.timesAsked(subjectOf(row, report.course));
    return [
      report.course,
      verdictOf({ report, timesDone: site.timesDone(order), timesAsked }, order, client.era),
    ] as const;
  });
  return { client, reports, verdicts: Object.fromEntries(verdicts) as Record<Course, Verdict> };
}

export async function compareApprovals(
  tell: (line: string) => void,
  clients: readonly WaitingClient[] = WAITING_CLIENTS,
): Promise<readonly ApprovalRow[]> {
  const home = mkdtempSync(join(tmpdir(), 'gatebook-compat-home-'));
  const site = await startApprovalSite();
  const approver = startApprover(site.origin, await site.approverToken());
  try {
    const stage = { site, approver, home };
    const running: Promise<readonly CaseReport[]>[] = [];
    for (const [row, client] of clients.entries()) {
      tell(`${client.title}, ${client.era}`);
      running.push(runProgram(stage, row, client));
      await untilAsked(stage, row);
    }
    tell('all of them wait');
    const reports = await Promise.all(running);
    return clients.map((client, row) => rowOf(stage, row, client, reports[row] ?? []));
  } finally {
    await approver.end();
    await site.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
