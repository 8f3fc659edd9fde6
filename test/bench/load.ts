/**
 * Load on one URL from a process of its own. Closed loop: `inFlight` calls always on the way. Open loop: calls leave on
 * a fixed schedule and are timed from when they should have left, so a stall is counted against every call that waited
 * (coordinated omission corrected). Prints one JSON line. Arguments: one JSON object.
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'undici';

export type LoadPlan = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** In its place: what is too long for an argument. */
  readonly bodyFile?: string;
  readonly warmupMs: number;
  readonly durationMs: number;
} & ({ readonly loop: 'closed'; readonly inFlight: number } | { readonly loop: 'open'; readonly perSecond: number });

export type LoadResult = {
  readonly calls: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

const IN_FLIGHT_MAX = 1_000;

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

function summarize(latencies: number[], failed: number, seconds: number): LoadResult {
  latencies.sort((a, b) => a - b);
  const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
  return {
    calls: latencies.length,
    failed,
    seconds: rounded(seconds),
    p50Ms: rounded(percentile(latencies, 0.5)),
    p99Ms: rounded(percentile(latencies, 0.99)),
    maxMs: rounded(latencies.at(-1) ?? Number.NaN),
  };
}

async function run(plan: LoadPlan): Promise<LoadResult> {
  const target = new URL(plan.url);
  const connections = plan.loop === 'closed' ? plan.inFlight : 64;
  const agent = new Agent({ connections, pipelining: 1 });
  const body = plan.bodyFile === undefined ? plan.body : readFileSync(plan.bodyFile);
  const latencies: number[] = [];
  let failed = 0;
  let isMeasuring = false;

  const call = async (due: number): Promise<void> => {
    const counts = isMeasuring;
    try {
      const response = await agent.request({
        origin: target.origin,
        path: target.pathname,
        method: 'POST',
        headers: plan.headers,
        body,
      });
      const text = await response.body.text();
      if (response.statusCode !== 200 || text.includes('"error"'))
        throw new Error(`status ${response.statusCode}: ${text.slice(0, 200)}`);
      if (counts) latencies.push(performance.now() - due);
    } catch (error) {
      if (failed === 0) process.stderr.write(`first failure: ${String(error)}\n`);
      if (counts) failed += 1;
    }
  };

  const started = performance.now();
  const measureFrom = started + plan.warmupMs;
  const end = measureFrom + plan.durationMs;
  const tick = (): void => {
    if (!isMeasuring && performance.now() >= measureFrom) isMeasuring = true;
  };

  if (plan.loop === 'closed') {
    const worker = async (): Promise<void> => {
      while (performance.now() < end) {
        tick();
        await call(performance.now());
      }
    };
    await Promise.all(Array.from({ length: plan.inFlight }, worker));
  } else {
    const gapMs = 1_000 / plan.perSecond;
    const pending = new Set<Promise<void>>();
    for (let due = started; due < end;) {
      const now = performance.now();
      tick();
      for (; due <= now && due < end && pending.size < IN_FLIGHT_MAX; due += gapMs) {
        const running = call(due).finally(() => pending.delete(running));
        pending.add(running);
      }
      await new Promise((wake) => {
        setTimeout(wake, 1);
      });
    }
    await Promise.all(pending);
  }
  const seconds = (performance.now() - measureFrom) / 1_000;
  await agent.close();
  return summarize(latencies, failed, seconds);
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as LoadPlan))}\n`);
