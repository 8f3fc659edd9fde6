/** `npm run compat`: drives the programs of others through Gatebook and prints the tables; with `--write` writes docs/COMPATIBILITY.md; `--signing-in` is that table alone, `--approvals` the one of docs/APPROVALS.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareApprovals } from './approvals/approval-rows.ts';
import { approvalTable, isWorse, withTable } from './approvals/section.ts';
import { compareClients } from './client-rows.ts';
import { EXCEPTIONS, EXCEPTIONS_SEEN_IN } from './exceptions.ts';
import { installPrograms } from './install.ts';
import { compatibilityPage, hasRed, isRed, signInSection, withSignIns } from './page.ts';
import type { Seen } from './page.ts';
import { ROOT } from './programs.ts';
import { compareServers } from './server-rows.ts';
import { compareSignIns } from './sign-in/sign-in-rows.ts';
import { runTests } from './test-results.ts';
import { versionOf } from './versions.ts';

const tell = (line: string): void => void process.stderr.write(`compat: ${line}\n`);

const seenOn = {
  date: new Date().toISOString().slice(0, 10),
  platform: `Node ${process.versions.node} on ${process.platform} ${process.arch}`,
};

installPrograms();
if (process.argv.includes('--approvals')) {
  const file = join(ROOT, 'docs', 'APPROVALS.md');
  const rows = await compareApprovals(tell);
  for (const { client, reports, verdicts } of rows)
    for (const { course, attempts } of reports.filter((report) => verdicts[report.course].isWorse))
      tell(`${client.title}, ${client.era}, ${course}: ${attempts.map(({ text }) => text).join(' | then: ')}`);
  const table = approvalTable(rows, seenOn, versionOf);
  process.stdout.write(table);
  if (process.argv.includes('--write')) writeFileSync(file, withTable(readFileSync(file, 'utf8'), table));
  process.exit(isWorse(rows) ? 1 : 0);
}
if (process.argv.includes('--signing-in')) {
  const file = join(ROOT, 'docs', 'COMPATIBILITY.md');
  const rows = await compareSignIns(tell);
  process.stdout.write(signInSection(rows, versionOf));
  if (process.argv.includes('--write')) writeFileSync(file, withSignIns(readFileSync(file, 'utf8'), rows, versionOf));
  process.exit(hasRed(rows) ? 1 : 0);
}
const servers = await compareServers(tell);
const clients = await compareClients(tell);
const signIns = await compareSignIns(tell);
tell('what arrives as it was sent');
const unchanged = await runTests('test/e2e/transparent.test.ts');
const seen = await runTests(EXCEPTIONS_SEEN_IN);
const found: Seen = {
  clients,
  signIns,
  servers,
  unchanged,
  exceptions: EXCEPTIONS.map((exception) => ({
    ...exception,
    seen: seen.some(({ name, passed }) => passed && name === exception.says),
  })),
  ...seenOn,
};
const page = compatibilityPage(found, versionOf);
process.stdout.write(page);
if (process.argv.includes('--write')) writeFileSync(join(ROOT, 'docs', 'COMPATIBILITY.md'), page);
process.exitCode = isRed(found) ? 1 : 0;
