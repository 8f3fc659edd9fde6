/** Starts the processes of a benchmark and reads what they cost from /proc (Linux): CPU by thread, memory. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const TICKS_PER_SECOND = 100;

export type Cpu = { readonly mainUs: number; readonly allUs: number };

/** User and system time of a process so far, microseconds; the main thread's share apart. Zero where there is no /proc. */
export function cpuOf(pid: number): Cpu {
  if (!existsSync('/proc/self/stat')) return { mainUs: 0, allUs: 0 };
  const micros = (file: string): number => {
    const fields = readFileSync(file, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND;
  };
  const threads = readdirSync(`/proc/${pid}/task`);
  return {
    mainUs: micros(`/proc/${pid}/task/${pid}/stat`),
    allUs: threads.reduce((sum, thread) => sum + micros(`/proc/${pid}/task/${thread}/stat`), 0),
  };
}

/** Processes started by `pid`, those started by them not among them. */
export function childrenOf(pid: number): readonly number[] {
  if (!existsSync(`/proc/${pid}/task`)) return [];
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Of several processes together. */
export function cpuOfAll(pids: readonly number[]): Cpu {
  const all = pids.map(cpuOf);
  return {
    mainUs: all.reduce((sum, { mainUs }) => sum + mainUs, 0),
    allUs: all.reduce((sum, { allUs }) => sum + allUs, 0),
  };
}

export const cpuBetween = (before: Cpu, after: Cpu): Cpu => ({
  mainUs: after.mainUs - before.mainUs,
  allUs: after.allUs - before.allUs,
});

/** Resident memory in MiB. */
export function memoryOf(pid: number): number {
  if (!existsSync(`/proc/${pid}/status`)) return Number.NaN;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts `node file …args` and resolves when it prints `ready`. */
export async function startNode(file: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Resolves once `url` answers 200; gives the milliseconds it took. */
export async function answered(url: string, msMax: number): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < msMax) {
    const isOk = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isOk) return performance.now() - started;
    await new Promise((wake) => {
      setTimeout(wake, 2);
    });
  }
  throw new Error(`${url} did not answer within ${msMax} ms`);
}
