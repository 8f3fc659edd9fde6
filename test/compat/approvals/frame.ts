/**
 * The frame of a driver whose calls are held. Each case has a client of its own, all at the same time; whoever was not given the answer
 * makes the same call once more when the approver has decided, as a person would who heard of it.
 */
import { readingOf } from './reading.ts';
import type { CaseReport, Course, Setup, Settled, WaitingCase, WaitingErrand } from './course.ts';

/** What the program shows its user while the call waits. */
export type Screen = { link(): void; form(): void; progress(): void };
export type Place = { readonly url: string; readonly token: string; readonly setup: Setup };
export type HeldCaller = {
  /** Gives, or throws, what the program's user is given to read. */
  call(order: string): Promise<string>;
  close(): Promise<void>;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const ATTEMPT_MS_MAX = 200_000;

async function within(ms: number, done: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came of it within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Open = (place: Place, screen: Screen) => Promise<HeldCaller>;

async function performCase(
  errand: WaitingErrand,
  { course, order, token }: WaitingCase,
  settled: Promise<void>,
  open: Open,
): Promise<CaseReport> {
  const shown = { links: 0, forms: 0, progress: 0 };
  const screen: Screen = {
    link: () => void (shown.links += 1),
    form: () => void (shown.forms += 1),
    progress: () => void (shown.progress += 1),
  };
  const attempts: { text: string }[] = [];
  const tryOnce = async (caller: HeldCaller): Promise<void> => {
    const text = await within(ATTEMPT_MS_MAX, caller.call(order)).catch(messageOf);
    attempts.push({ text });
  };
  try {
    const caller = await open({ url: errand.url, setup: errand.setup, token }, screen);
    await tryOnce(caller);
    const reading = readingOf(attempts[0]?.text ?? '', order);
    if (course !== 'expired' && reading !== 'answer' && reading !== 'no') {
      await settled;
      await tryOnce(caller);
    }
    await caller.close().catch(() => undefined);
  } catch (error) {
    attempts.push({ text: `cannot connect: ${messageOf(error)}` });
  }
  return { course, attempts, ...shown };
}

export async function driveHeldCalls(open: Open): Promise<void> {
  const errand = JSON.parse(process.argv[2] ?? '') as WaitingErrand;
  const told = new Map<Course, () => void>();
  process.on('message', (message) => told.get((message as Settled).settled)?.());
  await Promise.all(
    errand.cases.map(async (one) => {
      const settled = new Promise<void>((resolve) => void told.set(one.course, resolve));
      const report = await performCase(errand, one, settled, open);
      // What is not sent when this process ends is lost.
      await new Promise((resolve) => process.send?.(report, resolve));
    }),
  );
  process.exit(0);
}
