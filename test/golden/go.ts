/** Runs the Go program beside this file, when there is a Go that can resolve its one pinned module. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MODULE = fileURLToPath(new URL('go', import.meta.url));
const TIMEOUT_MS = 120_000;

export type GoRun = { readonly status: number | null; readonly output: string };

const go = (args: readonly string[]): GoRun => {
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOWORK: 'off' };
  const { status, stdout, stderr, error } = spawnSync('go', args, {
    cwd: MODULE,
    env,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  return { status, output: error === undefined ? `${stdout}${stderr}` : error.message };
};

/** Why the program cannot run here, undefined when it can. */
export function whyNoGo(): string | undefined {
  if (go(['version']).status !== 0) return 'Go is not installed';
  const built = go(['build', '-o', process.platform === 'win32' ? 'NUL' : '/dev/null', '.']);
  return built.status === 0
    ? undefined
    : `Go cannot resolve golang.org/x/mod: ${built.output.trim().split('\n').at(-1)}`;
}

/** Verifies exported tiles; status 0 when Go agrees. */
export const goVerify = (tiles: string, vkeyFile: string, olderFile: string): GoRun =>
  go(['run', '.', tiles, vkeyFile, olderFile]);

/** Checks one tlog-proof; status 0 when Go agrees. */
export const goCheckProof = (vkeyFile: string, leafFile: string, proofFile: string): GoRun =>
  go(['run', './proof', vkeyFile, leafFile, proofFile]);
