/** A process that uses up codes and refresh tokens until it is killed; what it says it did is on stdout, a line for each. */
import { LIMITS } from '#limits.ts';
import { openOAuthTable } from '#store/oauth-table.ts';
import { bytes, rowOf, signInRow } from '../fakes/oauth-rows.ts';

const [path = ''] = process.argv.slice(2);
const nowMs = Date.now();
const times = { madeMs: nowMs, expiresMs: nowMs + 3_600_000 };
const table = openOAuthTable(path, LIMITS);
const of = { ...times, grant: bytes('grant'), signIn: 'one' };
if (table.signIn('one') === undefined)
  table.write([{ act: 'begin_sign_in', row: signInRow('one', { expiresMs: nowMs + 3_600_000 }), nowMs }]);
table.write([{ act: 'put', row: rowOf('grant', { ...of, model: 'Grant' }), nowMs }]);

for (let at = Number(process.argv[3]); ; at += 1) {
  const code = rowOf(`code ${at}`, { ...of, model: 'AuthorizationCode' });
  const refresh = rowOf(`refresh ${at}`, { ...of, model: 'RefreshToken' });
  table.write([
    { act: 'put', row: code, nowMs },
    { act: 'put', row: refresh, nowMs },
  ]);
  const outcomes = table.write([
    { act: 'consume', digest: code.digest, nowMs },
    { act: 'put', row: rowOf(`access ${at}`, of), nowMs },
    {
      act: 'rotate',
      row: rowOf(`next ${at}`, { ...of, model: 'RefreshToken', after: refresh.digest }),
      nowMs,
      source: undefined,
    },
  ]);
  process.stdout.write(`${at} ${outcomes.join()}\n`);
}
