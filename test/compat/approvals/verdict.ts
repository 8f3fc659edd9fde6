/** What a cell of the table says, from what a program's user was given to read, what the server did, and how often people were asked. */
import { plainFault } from '../outcome.ts';
import type { CaseReport, Course, Era } from './course.ts';
import { readingOf } from './reading.ts';
import type { Reading } from './reading.ts';

/** `isWorse`: worse than to be refused at once with id and link, and to have the answer by the same call once people agreed. */
export type Verdict = { readonly says: string; readonly isWorse: boolean };
export type Observed = { readonly report: CaseReport; readonly timesDone: number; readonly timesAsked: number };

const WORDS: Readonly<Record<Exclude<Reading, 'fault'>, string>> = {
  answer: 'answer',
  no: 'no, with the reason',
  refused: 'refused with id and link',
  'refused without link': 'refused with id, no link',
  over: 'told that it is over',
  timeout: 'time-out of the client, no id',
};

/** What may be read, try by try, and be no worse than failing fast. */
const FINE: Readonly<Record<Course, readonly (readonly Reading[])[]>> = {
  soon: [['answer'], ['refused', 'answer']],
  late: [['answer'], ['refused', 'answer']],
  denied: [['no'], ['refused', 'no']],
  expired: [['over'], ['refused']],
  asked: [['answer'], ['refused', 'answer']],
};

function meanwhile({ links, forms, progress }: CaseReport): string {
  const shown = [links > 0 ? 'link' : '', forms > 0 ? 'form' : '', progress > 0 ? 'progress' : ''].filter(
    (one) => one !== '',
  );
  return shown.length === 0 ? '' : ` (${shown.join(', ')} shown)`;
}

export function verdictOf({ report, timesDone, timesAsked }: Observed, order: string, era: Era): Verdict {
  const { attempts, course } = report;
  const readings = attempts.map(({ text }) => readingOf(text, order));
  const words = readings.map((reading, at) =>
    reading === 'fault' ? `"${plainFault(attempts[at]?.text ?? '')}"` : WORDS[reading],
  );
  const [first = 'nothing', ...more] = words;
  const says = `${first}${meanwhile(report)}${more.map((word) => `; 2nd try: ${word}`).join('')}`;
  const isFine = FINE[course].some((fine) => fine.join() === readings.join());
  const due = readings.includes('answer') ? 1 : 0;
  const faults = [
    ...(timesDone === due ? [] : [`done ${timesDone} times`]),
    ...(readings.every((reading, at) => reading !== 'answer' || attempts[at]?.text.includes(` (${era})`) === true)
      ? []
      : [`not in the ${era} era`]),
    ...(timesAsked === 1 ? [] : [`people asked ${timesAsked} times`]),
  ];
  return { says: [says, ...faults].join('; '), isWorse: !isFine || faults.length > 0 };
}
