/**
 * `npm run fault:approvals -- [--runs N] [--workers W] [--seed S]`: kills a gateway at random moments of asking, deciding,
 * using and forwarding. Default 60 runs, some minutes, of one process.
 */
import { parseArgs } from 'node:util';
import { approvalKillRounds, isBroken } from './approval-rounds.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string' }, workers: { type: 'string' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 2_147_483_648);
const report = await approvalKillRounds(Number(values.runs ?? 60), seed, Number(values.workers ?? 1));
console.log(JSON.stringify({ ...report, seed }, null, 2));
process.exitCode = isBroken(report) ? 1 : 0;
