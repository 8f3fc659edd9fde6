/** `npm run fault:kill -- [rounds] [workers]`: many rounds of kill -9 under load, and how long each restart took. Default 50, 1. */
import { killRounds } from './kill-rounds.ts';

const rounds = Number(process.argv[2] ?? 50);
const seed = Date.now() % 2_147_483_648;
const report = await killRounds(rounds, seed, Number(process.argv[3] ?? 1));
const sorted = report.restartMs.toSorted((a, b) => a - b);
console.log(
  JSON.stringify(
    {
      ...report,
      seed,
      restartMs: { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)], max: sorted.at(-1) },
    },
    null,
    2,
  ),
);
process.exitCode = report.faults.length + report.lostAnswers.length + report.unrecordedCalls.length === 0 ? 0 : 1;
