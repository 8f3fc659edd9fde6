import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rehearseRules } from '#policy/rehearsal.ts';

const LIMITED = { conditionNodes: 500, conditionCost: 250_000, decisionCost: 500_000 };
const rehearsed = (when: string): string | undefined =>
  rehearseRules([{ name: 'r', when }], ['bank', 'notes'], LIMITED)[0]?.message;

test('a rule that would deny calls it is not about is found', () => {
  for (const [when, about] of [
    ['args.amount > 100', /plain initialize/],
    ['method == "tools/call" && args.path.startsWith("/etc")', /plain tools\/call of a person.*no "path"/],
    ['connection == "bank" && args.amount > 1', /on connection bank/],
    ['method.startsWith("notifications/") && args.x == 1', /plain notifications/],
    ['caller.groups[0] == "okta:a"', /service account/],
    ['args.flag', /no "flag"/],
    ['tool.annotations.readOnlyHint', /plain initialize.*no "readOnlyHint"/],
    ['100 / recent.calls.hour < 3', /plain initialize/],
    ['recent.calls["day"] > 3', /plain initialize/],
    ['1 / (recent.tool.minute - 5) == 0', /plain initialize/],
    ['method == "tools/call" && tool.annotations.readOnlyHint', /plain tools\/call.*no "readOnlyHint"/],
    ['has(tool.annotations.readOnlyHint) && tool.annotations.readOnlyHint < 3', /plain tools\/call/],
  ] as const) {
    assert.match(rehearsed(when) ?? '', about, when);
  }
});

test('a rule that guards what it looks at, or looks only at what is always there, passes', () => {
  for (const when of [
    'has(args.amount) && args.amount > 100',
    'method == "tools/call" && name == "pay" && args.amount > 100',
    'method == "tools/call" && name.startsWith("delete_")',
    'caller.kind == "service_account" && caller.client != "okta:x"',
    'has(tool.annotations.destructiveHint) && tool.annotations.destructiveHint == true',
    'findings.exists(f, f.type == "SECRET")',
    'tool.changed',
    'recent.calls.minute > 30 && recent.denied.hour > 3',
  ]) {
    assert.equal(rehearsed(when), undefined, when);
  }
});
