import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import type { PolicyInput } from '#policy/input.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy } from '#policy/policy.ts';
import type { RuleSettings } from '#policy/rules.ts';

const ANN: Caller = {
  issuer: 'https://i',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: ['okta:dev'],
  client: undefined,
  scopes: [],
};
const LEVELS = {
  read: { allow: ['tools/call:get_*'], deny: ['tools/call:get_secret'] },
  write: { allow: ['tools/call:*', 'resources/*'], deny: ['tools/call:drop_*'] },
};
const lift = (when: string, other: Partial<RuleSettings> = {}): RuleSettings => ({
  name: 'lift',
  when,
  effect: 'hold',
  lift: 'write',
  ...other,
});

function policy(rules: readonly RuleSettings[], limits = LIMITS): Policy {
  const grants = [{ groups: ['okta:dev'], connections: ['c'], level: 'read' }];
  const made = createPolicy({ levels: LEVELS, grants, rules, version: 'v', limits });
  assert.ok(made.ok, made.ok ? '' : JSON.stringify(made.error));
  return made.value;
}
const call = (more: Partial<PolicyInput> = {}): PolicyInput => ({
  caller: ANN,
  connection: 'c',
  method: 'tools/call',
  name: 'put_note',
  args: {},
  findings: [],
  nowMs: Date.UTC(2026, 0, 5, 12),
  ...more,
});
const said = (made: Policy, more: Partial<PolicyInput> = {}): string => {
  const { effect, reason, level } = made.decide(call(more));
  return `${effect} ${reason} ${level}`;
};

test('what a hold lifts names the level and the pattern that would permit it', () => {
  const made = policy([lift('name.startsWith("put_")')]);
  const decision = made.decide(call());
  assert.deepEqual([decision.effect, decision.rule, decision.level], ['hold', 'lift', 'write']);
  assert.deepEqual(
    decision.trace.filter(({ step }) => step === 'lift'),
    [{ step: 'lift', rule: 'lift', level: 'write', pattern: 'tools/call:*' }],
  );
  assert.equal(said(made, { name: 'get_note' }), 'allow permitted read');
  assert.equal(said(made, { name: 'get_secret' }), 'deny denied_by_level read');
  assert.equal(said(policy([lift('true')]), { name: 'drop_table' }), 'deny not_permitted undefined');
});

test('a lift looks at what any condition looks at', () => {
  const made = policy([lift('args.n > 1 && recent.calls.hour < 5 && now.getHours() == 12')]);
  assert.equal(said(made, { args: { n: 2 } }), 'hold held_by_rule write');
  assert.equal(said(made, { args: { n: 1 } }), 'deny not_permitted undefined');
  assert.equal(said(made, { args: {} }), 'deny condition_failed undefined');
});

test('a lift of a level that is not there, and one of no hold, is a problem where it stands', () => {
  const problemsOf = (rule: RuleSettings) => {
    const made = createPolicy({ levels: LEVELS, grants: [], rules: [rule], version: 'v', limits: LIMITS });
    return made.ok ? [] : made.error.map(({ path, message }) => `${path.join('.')} ${message}`);
  };
  assert.deepEqual(problemsOf(lift('true', { lift: 'root' })), ['rules.0.lift there is no level "root"']);
  assert.deepEqual(problemsOf(lift('true', { effect: 'allow' })), ['rules.0.lift only a hold lifts']);
});

test('what is about a call that was lifted, such as its task, is permitted as long as the rule would lift it', () => {
  const task = (made: Policy, name = 'put_note') =>
    said(made, { method: 'tasks/get', name: 't1', follows: { method: 'tools/call', name } });
  assert.equal(task(policy([lift('method == "tools/call"')])), 'allow permitted write');
  // What was known of the call then is not known any more: people had their say.
  assert.equal(task(policy([lift('has(args.n) && args.n > 1')])), 'allow permitted write');
  assert.equal(task(policy([lift('method == "prompts/get"')])), 'deny not_permitted undefined');
  assert.equal(task(policy([lift('true')]), 'drop_table'), 'deny not_permitted undefined');
  assert.equal(task(policy([])), 'deny not_permitted undefined');
  const denied = policy([lift('true'), { name: 'no', when: 'name == "put_note"', effect: 'deny' }]);
  assert.equal(task(denied), 'deny denied_by_rule write');
});

test('a rule that held a call, or looked at its arguments, does not hold or fail on its task; one about the task itself does', () => {
  const levels = { read: { allow: ['tools/call:*'], deny: [] } };
  const task = (rule: RuleSettings, more: Partial<PolicyInput> = {}): string => {
    const grants = [{ groups: ['okta:dev'], connections: ['c'], level: 'read' }];
    const made = createPolicy({ levels, grants, rules: [rule], version: 'v', limits: LIMITS });
    assert.ok(made.ok);
    const follows = { method: 'tools/call', name: 'put_note' };
    const decision = made.value.decide(
      call({ method: 'tasks/get', name: 't1', args: { taskId: 't1' }, follows, ...more }),
    );
    return `${decision.effect} ${decision.reason}`;
  };
  const rule = (effect: RuleSettings['effect'], when: string): RuleSettings => ({ name: 'r', effect, when });
  for (const effect of ['hold', 'deny', 'allow'] as const) {
    assert.equal(task(rule(effect, 'name == "put_note" && args.order.endsWith("7")')), 'allow permitted', effect);
    assert.equal(task(rule(effect, 'method == "tasks/get" && args.order > 1')), 'deny condition_failed', effect);
  }
  assert.equal(task(rule('hold', 'name == "put_note"')), 'allow permitted');
  assert.equal(task(rule('hold', 'method == "tasks/get"')), 'hold held_by_rule');
  assert.equal(task(rule('hold', '!has(args.force) && name == "put_note"')), 'allow permitted');
  assert.equal(task(rule('hold', 'args.taskId == "t1" && method.startsWith("tasks/")')), 'hold held_by_rule');
  assert.equal(task(rule('hold', 'args.order > 1 && method == "tasks/get"')), 'deny condition_failed');
  assert.equal(task(rule('hold', 'caller.groups[7] == "x"')), 'deny condition_failed');
  assert.equal(task(rule('deny', 'name == "put_note"')), 'deny denied_by_rule');
  assert.equal(task(rule('deny', 'method == "tasks/get" && args.taskId == "t1"')), 'deny denied_by_rule');
});

test('lists show what people could be asked for, and nothing that a rule would refuse whatever the call says', () => {
  const shown = (...rules: readonly RuleSettings[]): readonly string[] =>
    ['get_note', 'put_note', 'drop_table', 'get_secret'].filter((name) =>
      policy(rules).permitsListed(ANN, 'c', 'tools/call', name),
    );
  const deny = (when: string): RuleSettings => ({ name: 'no', when, effect: 'deny' });
  assert.deepEqual(shown(), ['get_note']);
  assert.deepEqual(shown({ name: 'plain', when: 'true', effect: 'hold' }), ['get_note']);
  assert.deepEqual(shown(lift('name.startsWith("put_")')), ['get_note', 'put_note']);
  assert.deepEqual(shown(lift('"okta:ops" in caller.groups')), ['get_note']);
  // It depends on what is not known yet: the arguments, the time, the tool, what was recent.
  for (const when of [
    'args.n > 1',
    'now.getHours() == 3',
    'findings.size() > 0',
    'recent.tool.hour > 9',
    'tool.changed',
  ])
    assert.deepEqual(shown(lift(when)), ['get_note', 'put_note'], when);
  assert.deepEqual(shown(lift('true'), deny('name == "put_note"')), ['get_note']);
  assert.deepEqual(shown(lift('true'), deny('args.force')), ['get_note', 'put_note']);
  assert.deepEqual(shown({ name: 'all', when: 'true', effect: 'allow' }, lift('true')), ['get_note']);
  assert.deepEqual(shown(lift('true'), { name: 'all', when: 'true', effect: 'allow' }), ['get_note', 'put_note']);
  assert.deepEqual(shown({ name: 'bad', when: 'caller.groups[7] == "x"', effect: 'deny' }, lift('true')), ['get_note']);
});

test('looking for what could be lifted is part of what one message may cost', () => {
  const made = policy([lift('true')]);
  const work = made.newWork();
  assert.equal(made.permitsListed(ANN, 'c', 'tools/call', 'put_note', work), true);
  const before = work.spent();
  assert.ok(before > 0);
  work.spend(LIMITS.decisionCost);
  assert.equal(made.permitsListed(ANN, 'c', 'tools/call', 'put_note', work), false);
  assert.equal(made.decide(call(), work).reason, 'too_costly');
});
