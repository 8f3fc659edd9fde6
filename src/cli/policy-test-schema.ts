/** The shape of a policy test file (docs/POLICY-TESTS.md), one value at a time. */
import { z } from 'zod';
import { parseTime } from '#events/time.ts';
import { LIMITS } from '#limits.ts';

const text = z.string().min(1).max(4_096);
const names = z.array(text).max(1_000).default([]);
const effect = z.enum(['allow', 'deny', 'hold']);
const time = z.string().refine((value) => parseTime(value) !== undefined, 'write a time as in 2026-11-23T04:00:00Z');
const members = z.record(z.string(), z.unknown());

/** What a case or table may leave out where `defaults` say it. */
const common = {
  connection: text.optional(),
  method: text.optional(),
  at: time.optional(),
  arguments: members.optional(),
};

const caller = z.strictObject({
  namespace: text,
  /** Without one, the caller's name in this file. */
  subject: text.optional(),
  /** A person, unless the namespace has only machines. */
  kind: z.enum(['person', 'service_account']).optional(),
  groups: names,
  client: text.optional(),
  scopes: names,
  /** Of a service account of Gatebook's own: what the key it shows is for. */
  key: z.strictObject({ connections: z.array(text).default(['*']), level: text.optional() }).optional(),
});

const times = z
  .strictObject({ minute: z.int().min(0).default(0), hour: z.int().min(0).default(0) })
  .prefault({})
  // A call of the last minute is one of the last hour.
  .transform(({ minute, hour }) => ({ minute, hour: Math.max(minute, hour) }));

const testCase = z.strictObject({
  ...common,
  title: text.optional(),
  caller: text.optional(),
  name: z.string().optional(),
  /** A whole JSON-RPC message, as JSON text or as YAML, in place of method, name and arguments. */
  request: z.union([z.string(), members], 'write a JSON-RPC message, as text or as a map').optional(),
  /** What the caller did before on the connection; nothing unless it is written. */
  recent: z.strictObject({ calls: times, tool: times, denied: times }).optional(),
  expect: effect,
  reason: text.optional(),
  rule: text.optional(),
  level: text.optional(),
});

const table = z.strictObject({
  ...common,
  title: text.optional(),
  /** `method:name` or `method`, split at the first colon; with `method`, names alone. */
  calls: z.array(text).min(1).max(1_000),
  /** For each caller what is expected of each call. */
  expect: z.record(text, z.array(effect)),
});

export const PolicyTestSchema = z.strictObject({
  version: z.literal(1),
  callers: z.record(text, caller),
  defaults: z.strictObject({ ...common, caller: text.optional() }).default({}),
  cases: z.array(testCase).max(LIMITS.policyTestCases).default([]),
  tables: z.array(table).max(LIMITS.policyTestCases).default([]),
});

export type PolicyTests = z.output<typeof PolicyTestSchema>;
export type CallerSettings = PolicyTests['callers'][string];
export type CaseSettings = PolicyTests['cases'][number];
export type TableSettings = PolicyTests['tables'][number];
