/** Runs the official conformance suite, as published, against one address, and reads what it wrote. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check } from './difference.ts';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const SUITE = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const RUN_MS_MAX = 180_000;

export type Run = {
  readonly revision: Revision;
  /** Its own verdict over what it scores. */
  readonly passed: boolean;
  readonly scenarios: number;
  readonly checks: readonly Check[];
};

/** `<what>-<scenario>-<time>`: the suite writes one folder for each scenario. */
const FOLDER = /^(?:authorization-)?server-(.+)-\d{4}-\d{2}-\d{2}T[\dZ-]+$/;

type Written = {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly errorMessage?: string;
};

export function readChecks(folder: string): { readonly scenarios: number; readonly checks: readonly Check[] } {
  const folders = readdirSync(folder).toSorted();
  const checks = folders.flatMap((name) => {
    const scenario = FOLDER.exec(name)?.[1];
    if (scenario === undefined) throw new Error(`the suite wrote something unexpected: ${name}`);
    const file = join(folder, name, 'checks.json');
    // A scenario that threw before its end leaves an empty folder.
    if (!existsSync(file)) return [{ scenario, check: 'runs to its end', status: 'FAILURE', message: 'it threw' }];
    const written = JSON.parse(readFileSync(file, 'utf8')) as readonly Written[];
    return written.map((check): Check => ({
      scenario,
      check: check.id === check.name ? check.id : `${check.id} ${check.name}`,
      status: check.status,
      message: check.errorMessage,
    }));
  });
  return { scenarios: folders.length, checks };
}

export async function runSuite(url: string, revision: Revision): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-suite-'));
  try {
    const args = ['server', '--url', url, '--requirements', revision, '--output-dir', folder];
    const child = spawn(process.execPath, [SUITE, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_MS_MAX });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    const [code, signal] = await new Promise<readonly [number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...end) => resolve(end));
    });
    // 1 is a verdict; anything else is a suite that did not run to its end.
    if (code !== 0 && code !== 1) throw new Error(`the suite ended with ${code ?? signal}:\n${output.slice(-2_000)}`);
    if (!output.includes('=== SUMMARY ===')) throw new Error(`the suite gave no summary:\n${output.slice(-2_000)}`);
    return { revision, passed: code === 0, ...readChecks(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
