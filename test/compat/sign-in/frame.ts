/** The frame of a driver that signs in: a script that does one step after another as it is told, and says what it observed. */
import { faultText } from '../drivers/drive.ts';
import type { SignInErrand, Step, StepReport } from './step.ts';

/** A text instead of the steps says why the program does not do it that way. */
export type Deeds = Readonly<Record<Step, () => Promise<unknown>>>;

export function driveSignIn(open: (errand: SignInErrand) => Deeds | string): void {
  const deeds = open(JSON.parse(process.argv[2] ?? '') as SignInErrand);
  const seenOf = async (step: Step): Promise<StepReport['seen']> => {
    if (typeof deeds === 'string') return { state: 'absent', why: deeds };
    try {
      return { state: 'done', value: await deeds[step]() };
    } catch (error) {
      return { state: 'fault', fault: faultText(error) };
    }
  };
  process.on('message', (step) => {
    void seenOf(step as Step).then((seen) => process.send?.({ step: step as Step, seen } satisfies StepReport));
  });
}
