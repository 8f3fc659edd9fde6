import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { problemBody, rpcErrorBody, toWireError } from '#gateway/errors.ts';
import type { Refusal } from '#gateway/refusal.ts';
import type { Decision } from '#policy/decision.ts';

const decision: Decision = {
  effect: 'deny',
  reason: 'denied_by_rule',
  level: undefined,
  rule: 'internal-rule-name',
  policy: '0'.repeat(16),
  trace: [],
};
const reason = 'internal-reason';
const shaped = { reason, idText: '1' } as const;
const all: readonly Refusal[] = [
  { code: 'unauthenticated', reason: 'expired' },
  { code: 'identity_unavailable', reason, retryAfterMs: 5_000 },
  { code: 'forbidden_origin', reason },
  { code: 'method_not_allowed', reason },
  { code: 'unknown_connection', reason },
  { code: 'unknown_session', ...shaped },
  { code: 'content_type', reason },
  { code: 'not_acceptable', reason },
  { code: 'too_large', reason },
  {
    code: 'rate_limited',
    reason,
    retryAfterMs: 1_000,
    quota: { policy: 'p', size: 1, unit: 'requests', windowMs: 1_000 },
  },
  { code: 'parse_error', ...shaped },
  { code: 'batch', ...shaped },
  { code: 'duplicate_key', ...shaped },
  { code: 'invalid_request', ...shaped },
  { code: 'too_deep', ...shaped },
  { code: 'header_mismatch', ...shaped },
  { code: 'missing_metadata', ...shaped },
  { code: 'denied', reason, decision },
  { code: 'approval_required', reason, decision },
  { code: 'approval_denied', reason, decision, approval: { id: 'apr_1', said: 'no' } },
  { code: 'approval_expired', reason, decision },
  { code: 'approvals_unavailable', reason, retryAfterMs: 1_000, executed: 'no' },
  { code: 'unknown_task', reason, idText: '1' },
  { code: 'unknown_method', reason, idText: '1' },
  { code: 'missing_capability', reason, idText: '1' },
  { code: 'invalid_state', reason, idText: '1' },
  { code: 'bindings_unavailable', reason, retryAfterMs: 1_000, executed: 'no' },
  { code: 'masking_failed', reason, executed: 'no' },
  { code: 'upstream_unavailable', reason, executed: 'unknown' },
  { code: 'upstream_invalid', reason, executed: 'unknown' },
  { code: 'upstream_timeout', reason, executed: 'unknown' },
  { code: 'audit_unavailable', reason, retryAfterMs: 1_000, executed: 'no' },
  { code: 'internal', reason, executed: 'unknown' },
  { code: 'client_gone', reason },
  { code: 'stopping', reason, retryAfterMs: 1_000 },
];

test('docs/ERRORS.md lists every code with its HTTP status and JSON-RPC code', () => {
  const page = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (\d+) \| (–|-\d+) \|/gm)].map(([, code, status, rpc]) => [
    code,
    Number(status),
    rpc === '–' ? undefined : Number(rpc),
  ]);
  const made = all.map((refusal) => toWireError(refusal)).map((error) => [error.code, error.status, error.rpcCode]);
  const byCode = (a: readonly unknown[], b: readonly unknown[]): number => String(a[0]).localeCompare(String(b[0]));
  assert.deepEqual(rows.toSorted(byCode), made.toSorted(byCode));
});

test('no body on the wire shows the internal reason or a rule name', () => {
  for (const refusal of all) {
    const error = toWireError(refusal);
    for (const method of ['tools/call', 'tools/list']) {
      const body = rpcErrorBody(error, { idText: '1', method, call: 'c' });
      assert.doesNotMatch(body, /internal-/);
    }
    assert.doesNotMatch(problemBody(error, 'c'), /internal-/);
  }
});

test('every JSON-RPC error says what was executed, and names the call', () => {
  for (const refusal of all) {
    const parsed = JSON.parse(
      rpcErrorBody(toWireError(refusal), { idText: '"x"', method: 'tools/list', call: 'c1' }),
    ) as {
      id: string;
      error: { data: { code: string; executed: string; call: string } };
    };
    assert.equal(parsed.id, 'x');
    const { code, executed, call } = parsed.error.data;
    assert.deepEqual([code, executed, call], [refusal.code, 'executed' in refusal ? refusal.executed : 'no', 'c1']);
  }
});

test('a tool call that policy refuses is a tool result the model can read', () => {
  const body = JSON.parse(
    rpcErrorBody(toWireError({ code: 'denied', reason, decision }), { idText: '7', method: 'tools/call', call: 'c1' }),
  ) as {
    id: number;
    result: { isError: boolean; content: { text: string }[] };
  };
  assert.equal(body.id, 7);
  assert.equal(body.result.isError, true);
  assert.match(body.result.content[0]?.text ?? '', /Policy does not allow/);
});

test('an error about an unreadable message has no id member', () => {
  const body = rpcErrorBody(toWireError({ code: 'parse_error', reason, idText: undefined }), {
    idText: undefined,
    method: undefined,
    call: 'c',
  });
  assert.equal('id' in (JSON.parse(body) as object), false);
});

test('what the rule asks of whoever asks is told with how to say it, for people and for programs', () => {
  const asking = (asks?: { readonly reason: boolean; readonly ticket?: string }, url?: string) =>
    toWireError({
      code: 'approval_required',
      reason,
      decision,
      approval: { id: 'apr_1', url, expiresMs: 0, ...(asks === undefined ? {} : { asks }) },
    });
  const both = asking({ reason: true, ticket: 'OPS-[0-9]+' }, 'https://mcp.example/approvals/apr_1');
  assert.match(
    both.message,
    /before whoever asks has said why it is made and a ticket \(all of it matching OPS-\[0-9\]\+\): on that page, or with `gatebook approvals state apr_1 --reason … --ticket …`/,
  );
  assert.deepEqual(both.approval?.asks, { reason: true, ticket: 'OPS-[0-9]+' });
  assert.match(
    asking({ reason: true }).message,
    /said why it is made: with `gatebook approvals state apr_1 --reason …`/,
  );
  assert.doesNotMatch(asking().message, /approvals state/);
  assert.equal(asking().approval?.asks, undefined);
});
