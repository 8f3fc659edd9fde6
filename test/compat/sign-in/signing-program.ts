/** One program that signs in, in processes of its own, step by step. */
import { join } from 'node:path';
import { startChild } from '../child.ts';
import type { Observation } from '../feature.ts';
import { HERE } from '../programs.ts';
import type { Person } from './person.ts';
import type { SignInErrand, Step, StepReport } from './step.ts';

/** The Inspector opens a browser only where it has a terminal, and keeps tokens only where there is a keychain, unless it is told. */
const INSPECTOR = { MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'file' } as const;
const STEP_MS_MAX = 40_000;

export type SigningProgram = {
  step(step: Step): Promise<Observation>;
  end(): Promise<void>;
};

export function startSigningProgram(
  driver: string,
  errand: SignInErrand,
  { person, home }: { readonly person: Person; readonly home: string },
): SigningProgram {
  const child = startChild([join(HERE, 'sign-in', 'drivers', driver), JSON.stringify(errand)], {
    env: { HOME: home, NO_COLOR: '1', NO_PROXY: '127.0.0.1', ...INSPECTOR, ...person.env },
  });
  return {
    async step(step) {
      const { promise, resolve } = Promise.withResolvers<Observation>();
      const fault = (words: string): void => resolve({ state: 'fault', fault: words });
      const hear = (report: unknown): void => {
        const { step: done, seen } = report as StepReport;
        if (done === step) resolve(seen);
      };
      child.process.on('message', hear);
      void child.ended.then((code) => fault(`the driver ended with ${code}: ${child.written().trim()}`));
      const timer = setTimeout(() => fault('nothing came of it in time'), STEP_MS_MAX);
      child.process.send(step);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        child.process.off('message', hear);
      }
    },
    end: () => child.end(),
  };
}
