/** From cases and tables to a flat list of what is asked and what is expected, or to everything that is wrong with them. */
import { requestText, unfitNumber } from '#cli/policy-test-request.ts';
import type { CaseSettings, PolicyTests, TableSettings } from '#cli/policy-test-schema.ts';
import type { Complaint, ConfigPath } from '#config/problem.ts';
import { parseTime } from '#events/time.ts';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import type { DecisionEffect } from '#policy/decision.ts';
import type { RecentCalls } from '#policy/input.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type PolicyTestCase = {
  readonly path: ConfigPath;
  readonly title: string | undefined;
  readonly callerName: string;
  readonly caller: Caller;
  readonly connection: string;
  /** The JSON-RPC message as it would be sent. */
  readonly request: string;
  readonly nowMs: number;
  /** Undefined: nothing. */
  readonly recent?: RecentCalls | undefined;
  readonly expect: DecisionEffect;
  /** Each must come out too, where it is given. */
  readonly reason: string | undefined;
  readonly rule: string | undefined;
  readonly level: string | undefined;
};

/** A Monday at noon, so that a test without `at` is the same test every day. */
export const DEFAULT_TIME = '2026-01-05T12:00:00Z';

export type Known = {
  readonly tests: PolicyTests;
  readonly callers: ReadonlyMap<string, Caller>;
  /** Only the names count. */
  readonly config: {
    readonly connections: Readonly<Record<string, unknown>>;
    readonly levels: Readonly<Record<string, unknown>>;
    readonly rules: readonly { readonly name: string }[];
  };
};

type Expanded = Result<PolicyTestCase, readonly Complaint[]>;

export function expandCases(known: Known): Result<readonly PolicyTestCase[], readonly Complaint[]> {
  const expanded: Expanded[] = [];
  for (const [index, one] of known.tests.cases.entries()) expanded.push(fromCase(one, ['cases', index], known));
  for (const [index, table] of known.tests.tables.entries()) {
    const cells = table.calls.length * Object.keys(table.expect).length;
    if (expanded.length + cells > LIMITS.policyTestCases) {
      const message = `with it there are more than ${LIMITS.policyTestCases} cases`;
      return err([{ path: ['tables', index], message, fix: 'split the file' }]);
    }
    expanded.push(...fromTable(table, ['tables', index], known));
  }
  const complaints = expanded.flatMap((one) => (one.ok ? [] : one.error));
  if (complaints.length > 0) return err(complaints);
  return ok(expanded.flatMap((one) => (one.ok ? [one.value] : [])));
}

function fromCase(one: CaseSettings, path: ConfigPath, known: Known): Expanded {
  const { rules, levels } = known.config;
  const complaints = [
    ...unknown(
      'rule',
      one.rule,
      rules.map(({ name }) => name),
      path,
    ),
    ...unknown('level', one.level, Object.keys(levels), path),
  ];
  const situated = situationOf(one, one.caller, path, known);
  const request = caseRequest(one, path, known);
  if (!situated.ok) complaints.push(...situated.error);
  if (!request.ok) complaints.push(request.error);
  if (!situated.ok || !request.ok || complaints.length > 0) return err(complaints);
  const { title, recent, expect, reason, rule, level } = one;
  return ok({ path, title, ...situated.value, request: request.value, recent, expect, reason, rule, level });
}

function caseRequest(one: CaseSettings, path: ConfigPath, known: Known): Result<string, Complaint> {
  const { defaults } = known.tests;
  if (one.request === undefined) {
    const method = one.method ?? defaults.method;
    if (method === undefined) return err({ path, message: 'it says not what is called', fix: 'add `method`' });
    return requestText({ method, name: one.name, arguments: one.arguments ?? defaults.arguments ?? {} }, path);
  }
  const twice = (['method', 'name', 'arguments'] as const).find((key) => one[key] !== undefined);
  if (twice !== undefined)
    return err({ path: [...path, twice], message: '`request` says the whole message', fix: 'remove one of them' });
  if (typeof one.request === 'string') return ok(one.request);
  const unfit = unfitNumber(one.request, [...path, 'request']);
  return unfit === undefined ? ok(JSON.stringify(one.request)) : err(unfit);
}

/** One case for each caller and call. */
function fromTable(table: TableSettings, path: ConfigPath, known: Known): readonly Expanded[] {
  const { defaults } = known.tests;
  const args = table.arguments ?? defaults.arguments ?? {};
  const method = table.method ?? defaults.method;
  const calls = table.calls.map((call, index) => {
    const at = [...path, 'calls', index];
    const request = requestText({ ...splitCall(call, method), arguments: args }, at);
    // The call is one word here: what is wrong with its name is wrong with it.
    return request.ok ? request : err({ ...request.error, path: at });
  });
  return Object.entries(table.expect).flatMap(([callerName, expected]): readonly Expanded[] => {
    const row = [...path, 'expect', callerName];
    const situated = situationOf(table, callerName, row, known);
    if (!situated.ok) return [err(situated.error)];
    if (expected.length !== calls.length) {
      const message = `there are ${calls.length} calls and ${expected.length} expectations`;
      return [err([{ path: row, message, fix: 'write one for each call' }])];
    }
    return calls.map((request, index): Expanded => {
      const expect = expected[index];
      if (!request.ok || expect === undefined) return err(request.ok ? [] : [request.error]);
      const nothingMore = { reason: undefined, rule: undefined, level: undefined };
      const { title } = table;
      return ok({ path: [...row, index], title, ...situated.value, request: request.value, expect, ...nothingMore });
    });
  });
}

function splitCall(
  call: string,
  method: string | undefined,
): { readonly method: string; readonly name: string | undefined } {
  if (method !== undefined) return { method, name: call };
  const colon = call.indexOf(':');
  return colon === -1
    ? { method: call, name: undefined }
    : { method: call.slice(0, colon), name: call.slice(colon + 1) };
}

type Situated = Pick<PolicyTestCase, 'callerName' | 'caller' | 'connection' | 'nowMs'>;

function situationOf(
  own: { readonly connection?: string | undefined; readonly at?: string | undefined },
  ownCaller: string | undefined,
  path: ConfigPath,
  { tests, callers, config }: Known,
): Result<Situated, readonly Complaint[]> {
  const { defaults } = tests;
  const complaints: Complaint[] = [];
  const callerName = ownCaller ?? defaults.caller;
  const caller = callerName === undefined ? undefined : callers.get(callerName);
  if (callerName === undefined) complaints.push({ path, message: 'it says not who calls', fix: 'add `caller`' });
  // A caller that is written but wrong has its own complaint.
  else if (!Object.hasOwn(tests.callers, callerName))
    complaints.push(...unknown('caller', callerName, Object.keys(tests.callers), path));
  const connection = own.connection ?? defaults.connection;
  if (connection === undefined) complaints.push({ path, message: 'it says not where', fix: 'add `connection`' });
  else complaints.push(...unknown('connection', connection, Object.keys(config.connections), path));
  const nowMs = parseTime(own.at ?? defaults.at ?? DEFAULT_TIME);
  if (callerName === undefined || caller === undefined || connection === undefined || nowMs === undefined)
    return err(complaints);
  return complaints.length > 0 ? err(complaints) : ok({ callerName, caller, connection, nowMs });
}

function unknown(
  what: 'caller' | 'connection' | 'rule' | 'level',
  value: string | undefined,
  known: readonly string[],
  path: ConfigPath,
): readonly Complaint[] {
  if (value === undefined || known.includes(value)) return [];
  const fix = known.length === 0 ? `there is none` : `name one of: ${known.join(', ')}`;
  return [{ path: [...path, what], message: `there is no ${what} "${value}"`, fix }];
}
