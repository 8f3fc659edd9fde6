/** Runs both requirement sets of the suite on one side or both, each against a fixture of its own, all at the same time. */
import { fileURLToPath } from 'node:url';
import { differenceOf } from './difference.ts';
import type { Difference } from './difference.ts';
import { startFixture } from './fixture/server.ts';
import { startGatebook } from './gatebook.ts';
import { REVISIONS, runSuite } from './suite.ts';
import type { Revision, Run } from './suite.ts';

/** `process`: through the gateway, with the fixture as a program. */
export type Side = 'direct' | 'through' | 'process';

/** The fixture as a program, as gatebook.yaml has it. */
export const PROCESS = {
  type: 'stdio',
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('fixture/process.ts', import.meta.url))],
} as const;

async function runThrough(upstream: object, revision: Revision): Promise<Run> {
  const gatebook = await startGatebook(upstream);
  try {
    return await runSuite(gatebook.url, revision);
  } finally {
    await gatebook.close();
  }
}

async function runSide(side: Side, revision: Revision): Promise<Run> {
  if (side === 'process') return runThrough(PROCESS, revision);
  const fixture = await startFixture();
  try {
    if (side === 'direct') return await runSuite(fixture.url, revision);
    return await runThrough({ type: 'http', url: fixture.url }, revision);
  } finally {
    await fixture.close();
  }
}

export const runSides = (side: Side): Promise<readonly Run[]> =>
  Promise.all(REVISIONS.map((revision) => runSide(side, revision)));

export type Comparison = {
  readonly revision: Revision;
  readonly direct: Run;
  readonly through: Run;
  readonly difference: readonly Difference[];
};

export async function compare(): Promise<readonly Comparison[]> {
  const [direct, through] = await Promise.all([runSides('direct'), runSides('through')]);
  return REVISIONS.map((revision) => {
    const [before, after] = [direct, through].map((runs) => runs.find((run) => run.revision === revision));
    if (before === undefined || after === undefined) throw new Error(`${revision} did not run on both sides`);
    return {
      revision,
      direct: before,
      through: after,
      difference: differenceOf(before.checks, after.checks),
    };
  });
}

/**
 * The fixture passes what is scored, something was checked at all, and through the gateway everything comes out the same.
 * Two empty runs are equal, and prove nothing.
 */
export const isEmpty = ({ direct, through, difference }: Comparison): boolean =>
  direct.passed && direct.scenarios > 0 && direct.checks.length > 0 && through.scenarios > 0 && difference.length === 0;
