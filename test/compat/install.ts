/** The programs of others, as test/compat/package-lock.json has them; installed when they are not, and without their scripts. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HERE } from './programs.ts';

const INSTALL_MS_MAX = 300_000;
const STAMP = join(HERE, 'node_modules', '.gatebook-installed');

const lockDigest = (): string =>
  createHash('sha256')
    .update(readFileSync(join(HERE, 'package-lock.json')))
    .digest('hex');

export function installPrograms(): void {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockDigest()) return;
  process.stderr.write('compat: installing the pinned programs (npm ci --ignore-scripts)\n');
  // npm says where it is to the scripts it runs; else the one on the PATH.
  const npmCli = process.env['npm_execpath'];
  const isNode = npmCli !== undefined && npmCli.endsWith('npm-cli.js');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(isNode ? process.execPath : 'npm', isNode ? [npmCli, ...args] : args, {
    cwd: HERE,
    stdio: ['ignore', process.stderr, 'inherit'],
    timeout: INSTALL_MS_MAX,
    shell: !isNode && process.platform === 'win32',
  });
  if (done.status !== 0) throw new Error(`npm ci failed (${done.error?.message ?? `exit ${done.status}`})`);
  writeFileSync(STAMP, lockDigest());
}
