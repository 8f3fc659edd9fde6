/** What test/bench/approvals.ts measures, and how it is printed there and in docs/APPROVALS.md. */
import type { HoldRuleCosts } from './hold-rules.ts';

/** Milliseconds, of each decision: until the server had the call. */
export type Delays = {
  /** From the approver's request. */
  readonly fromAsked: readonly number[];
  /** From the answer to it; zero where the call was there before. */
  readonly fromSaid: readonly number[];
};

/** After a collection of garbage. `heapMib`: objects and buffers of the main thread; resident is what the whole process has. */
export type Memory = { readonly heapMib: number; readonly residentMib: number };

export type ApprovalCosts = {
  readonly calls: number;
  readonly argumentBytes: number;
  readonly idle: Memory;
  readonly waiting: Memory;
  /** Of the heap, given back for each that leaves. */
  readonly eachKib: number;
  readonly corePercent: number;
  readonly few: Delays;
  readonly fewCalls: number;
  readonly many: Delays;
  readonly rules: HoldRuleCosts;
};

const at = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;

const both = (values: readonly number[]): string => `${at(values, 0.5).toFixed(1)} / ${at(values, 0.99).toFixed(1)} ms`;

export function approvalsTable(costs: ApprovalCosts): string {
  const { calls, argumentBytes, idle, waiting, eachKib, corePercent, few, fewCalls, many, rules } = costs;
  const kib = (grownMib: number): string => `${((grownMib * 1_024) / calls).toFixed(1)} KiB`;
  const crowd = calls.toLocaleString('en-US');
  return [
    '| calls that wait for people | measured | budget |',
    '|---|--:|--:|',
    `| objects and buffers of each of ${crowd} that wait at once, its connection and its ${argumentBytes} bytes of arguments included: what is given back when it leaves | ${eachKib.toFixed(1)} KiB | ≤ 20 and its arguments |`,
    `| the same with what stays of its request: by how much they grew for each | ${kib(waiting.heapMib - idle.heapMib)} |  |`,
    `| what the whole process grew by for each, with sockets, threads and the caches of book, index and state | ${kib(waiting.residentMib - idle.residentMib)} |  |`,
    `| the process with them (before: ${idle.residentMib.toFixed(0)} MiB) | ${waiting.residentMib.toFixed(0)} MiB |  |`,
    `| CPU meanwhile, each told every five seconds that it waits | ${corePercent.toFixed(0)} % of a core |  |`,
    `| from the answer to the approver until the server has the call, p50 / p99, ${crowd} waiting | ${both(many.fromSaid)} | ≤ 50 |`,
    `| from the approver’s request, with its own records, p50 / p99, ${crowd} waiting | ${both(many.fromAsked)} |  |`,
    `| the same, ${fewCalls} waiting | ${both(few.fromAsked)} |  |`,
    `| a hundred rules with \`then: hold\` for other tools, a call that none of them holds | ${rules.named.toFixed(1)} µs | ≤ 10 |`,
    `| the same, where each has to look at the arguments | ${rules.argued.toFixed(0)} µs |  |`,
  ].join('\n');
}
