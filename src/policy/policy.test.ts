import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import type { PolicyInput } from '#policy/input.ts';
import { createDecisionWork } from '#policy/decision-work.ts';
import type { DecisionWork } from '#policy/decision-work.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy, PolicySettings } from '#policy/policy.ts';
import type { RuleSettings } from '#policy/rules.ts';

const PERSON: Caller = {
  issuer: 'https://acme.okta.com',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: ['okta:dev'],
  client: 'okta:app',
  scopes: ['okta:mcp'],
};
const MACHINE: Caller = {
  ...PERSON,
  subject: 'bot',
  kind: 'service_account',
  groups: [],
  client: 'okta:bot',
  scopes: [],
};

const level = (allow: readonly string[], deny: readonly string[] = [], parent?: string) => ({
  allow,
  deny,
  extends: parent,
});
const LIMITED = { conditionNodes: 500, conditionCost: 250_000, decisionCost: 500_000 };

function policy(settings: Partial<PolicySettings>): Policy {
  const made = createPolicy({
    levels: { all: level(['*']) },
    grants: [{ groups: ['okta:dev'], connections: ['c'], level: 'all' }],
    rules: [],
    version: '0123456789abcdef',
    limits: LIMITED,
    ...settings,
  });
  assert.ok(made.ok, made.ok ? '' : JSON.stringify(made.error));
  return made.value;
}

const call = (more: Partial<PolicyInput> = {}): PolicyInput => ({
  caller: PERSON,
  connection: 'c',
  method: 'tools/call',
  name: 'get_a',
  args: {},
  findings: [],
  nowMs: Date.UTC(2026, 0, 5, 12),
  ...more,
});

const rule = (name: string, effect: RuleSettings['effect'], when = 'true'): RuleSettings => ({ name, effect, when });
const said = (made: Policy, input: PolicyInput) => {
  const { effect, reason, rule: by } = made.decide(input);
  return by === undefined ? `${effect} ${reason}` : `${effect} ${reason} ${by}`;
};

test('(1) no grant for the connection denies everything, also what any level brings', () => {
  const made = policy({ rules: [rule('r', 'allow')] });
  for (const method of ['tools/call', 'initialize', 'ping', 'tools/list', 'notifications/initialized']) {
    assert.equal(said(made, call({ connection: 'other', method })), 'deny no_grant');
    assert.equal(said(made, call({ caller: MACHINE, method })), 'deny no_grant');
  }
});

test('(2) permitted is the union of allow minus the union of deny over all levels in effect', () => {
  const made = policy({
    levels: {
      a: level(['tools/call:get_*', 'tools/call:put_*']),
      b: level(['tools/call:list_*'], ['tools/call:put_secret']),
      c: level(['tools/call:x']),
    },
    grants: ['a', 'b'].map((name) => ({ groups: ['okta:dev'], connections: ['c'], level: name })),
  });
  for (const [name, expected] of [
    ['get_a', 'allow permitted'],
    ['list_a', 'allow permitted'],
    ['put_a', 'allow permitted'],
    ['put_secret', 'deny denied_by_level'],
    ['x', 'deny not_permitted'],
    ['GET_a', 'deny not_permitted'],
  ] as const) {
    assert.equal(said(made, call({ name })), expected, name);
  }
  assert.equal(made.decide(call({ name: 'put_secret' })).level, 'b');
});

test('(2) extends inherits what the ancestors allow and what they deny', () => {
  const made = policy({
    levels: {
      a: level(['tools/call:get_*'], ['*:get_secret']),
      b: level(['tools/call:*'], [], 'a'),
      c: level([], ['tools/call:x'], 'b'),
    },
    grants: [{ groups: ['okta:dev'], connections: ['*'], level: 'c' }],
  });
  assert.equal(said(made, call({ name: 'put' })), 'allow permitted');
  assert.equal(said(made, call({ name: 'get_secret' })), 'deny denied_by_level');
  assert.equal(said(made, call({ name: 'x' })), 'deny denied_by_level');
});

test('(3) any matching deny wins wherever it stands', () => {
  for (const rules of [
    [rule('d', 'deny'), rule('a', 'allow'), rule('h', 'hold')],
    [rule('a', 'allow'), rule('d', 'deny'), rule('h', 'hold')],
    [rule('h', 'hold'), rule('a', 'allow'), rule('d', 'deny')],
  ]) {
    assert.equal(said(policy({ rules }), call()), 'deny denied_by_rule d');
  }
});

test('(3) without a deny the first matching allow or hold counts', () => {
  assert.equal(said(policy({ rules: [rule('a', 'allow'), rule('h', 'hold')] }), call()), 'allow permitted a');
  assert.equal(said(policy({ rules: [rule('h', 'hold'), rule('a', 'allow')] }), call()), 'hold held_by_rule h');
  assert.equal(
    said(policy({ rules: [rule('n', 'allow', 'false'), rule('h', 'hold')] }), call()),
    'hold held_by_rule h',
  );
});

test('(3) a rule never widens: an unpermitted call stays denied under allow and hold', () => {
  const levels = { all: level(['tools/call:put'], ['tools/call:del']) };
  for (const effect of ['allow', 'hold'] as const) {
    const made = policy({ levels, rules: [rule('r', effect)] });
    assert.equal(said(made, call({ name: 'get' })), 'deny not_permitted');
    assert.equal(said(made, call({ name: 'del' })), 'deny denied_by_level');
    assert.deepEqual(
      made.decide(call({ name: 'get' })).trace.filter((step) => step.step === 'rule'),
      [],
    );
  }
});

test('(4) otherwise it is allowed', () => {
  assert.equal(said(policy({ rules: [rule('d', 'deny', 'name == "other"')] }), call()), 'allow permitted');
});

test('an evaluation error denies, whatever the rule would have done and whatever matched before', () => {
  for (const effect of ['allow', 'deny', 'hold'] as const) {
    assert.equal(said(policy({ rules: [rule('e', effect, 'args.missing == 1')] }), call()), 'deny condition_failed e');
  }
  assert.equal(
    said(policy({ rules: [rule('a', 'allow'), rule('e', 'deny', 'args.missing == 1')] }), call()),
    'deny condition_failed e',
  );
});

test('rules see every call, also what any level brings', () => {
  const made = policy({ rules: [rule('night', 'deny', 'now.getHours() >= 20')] });
  const night = Date.UTC(2026, 0, 5, 21);
  assert.equal(said(made, call({ method: 'tools/list', name: '' })), 'allow implicit');
  assert.equal(said(made, call({ method: 'tools/list', name: '', nowMs: night })), 'deny denied_by_rule night');
});

test('any level brings the lists, ping and notifications; a deny takes them away; nothing else comes by itself', () => {
  const made = policy({ levels: { all: level([], ['resources/*']) } });
  for (const method of [
    'initialize',
    'ping',
    'server/discover',
    'notifications/cancelled',
    'tools/list',
    'prompts/list',
    'response',
  ]) {
    assert.equal(said(made, call({ method, name: '' })), 'allow implicit', method);
  }
  assert.equal(said(made, call({ method: 'resources/list', name: '' })), 'deny denied_by_level');
  for (const method of ['tools/call', 'logging/setLevel', 'tasks/get', 'x/y', 'Tools/list', 'notifications']) {
    assert.equal(said(made, call({ method })), 'deny not_permitted', method);
  }
});

test('a resource is matched in its normal form and an ambiguous URI is refused', () => {
  const made = policy({
    levels: {
      all: level(
        ['resources/read:file:///public/*'],
        ['resources/read:file:///public/keys', 'resources/read:file:///public/secret/*'],
      ),
    },
  });
  for (const [name, expected] of [
    ['file:///public/a/b', 'allow permitted'],
    ['FILE:/public/a', 'allow permitted'],
    ['file:///public/../etc/passwd', 'deny unsafe_uri'],
    ['file:///public/%2e%2e/etc/passwd', 'deny unsafe_uri'],
    ['file:///public/%252e%252e/etc/passwd', 'deny unsafe_uri'],
    ['file:///public%2Fsecret/a', 'deny unsafe_uri'],
    ['file:///public/s%65cret/a', 'deny denied_by_level'],
    ['file://localhost/public/secret/a', 'deny denied_by_level'],
    ['file:///public//secret/a', 'deny unsafe_uri'],
    ['file:///public/keys?a', 'deny denied_by_level'],
    ['file:///public/keys#a', 'deny denied_by_level'],
    ['file:///Public/a', 'deny not_permitted'],
    ['file:///publicity/a', 'deny not_permitted'],
  ] as const) {
    assert.equal(said(made, call({ method: 'resources/read', name })), expected, name);
  }
});

test('rules see the normal form of a URI, so a rule is not slipped past by spelling', () => {
  const made = policy({ rules: [rule('d', 'deny', 'name.startsWith("file:///secret")')] });
  assert.equal(
    said(made, call({ method: 'resources/read', name: 'FILE://localhost/s%65cret/a' })),
    'deny denied_by_rule d',
  );
});

test('subscribing follows reading, in what allows and in what denies', () => {
  const made = policy({ levels: { all: level(['resources/read:memo://a'], ['resources/subscribe:memo://a']) } });
  assert.equal(said(made, call({ method: 'resources/read', name: 'memo://a' })), 'allow permitted');
  assert.equal(said(made, call({ method: 'resources/unsubscribe', name: 'memo://a' })), 'allow permitted');
  assert.equal(said(made, call({ method: 'resources/subscribe', name: 'memo://a' })), 'deny denied_by_level');
  assert.equal(said(made, call({ method: 'resources/unsubscribe', name: 'memo://b' })), 'deny not_permitted');
});

test('a denied subscription is denied in every spelling of its URI', () => {
  const made = policy({ levels: { all: level(['resources/read:*'], ['resources/subscribe:file:///live/*']) } });
  for (const name of ['file:///live/a', 'FILE:///live/a', 'file:/live/a', 'file:///l%69ve/a', 'file:///live/a?b']) {
    assert.equal(said(made, call({ method: 'resources/subscribe', name })), 'deny denied_by_level', name);
    assert.equal(said(made, call({ method: 'resources/read', name })), 'allow permitted', name);
  }
});

test('a denied resource is denied in whatever a server may take for it, and no such reading allows anything', () => {
  const DENIED = ['memo://x/secret', 'memo://x/a,b', 'memo://x/c%2Cd', 'memo://x/caf%C3%A9', 'memo://x/e%CC%81'];
  const deny = policy({
    levels: {
      all: level(
        ['*'],
        [...DENIED, 'memo://x/tree/*'].map((uri) => `resources/read:${uri}`),
      ),
    },
  });
  const allow = policy({ levels: { all: level(DENIED.map((uri) => `resources/read:${uri}`)) } });
  for (const name of [
    'memo://x/secret/',
    'memo://x//secret',
    'memo://x/secret;v=1',
    'memo://x/secret?a=b',
    'memo://x/secret#a',
    'memo://u@x/secret',
    'memo://x//secret;v?a',
    'memo://u@x//secret;v',
    'memo://x/secret/?a#b',
    'memo://x/a%2cb',
    'memo://x/c,d',
    'memo://x/cafe%CC%81',
    'memo://x/cafe\u0301',
    'memo://x/\u00e9',
    'memo://x//tree;v=1//a',
    'memo://x/tree%3Bv/a',
  ]) {
    assert.equal(said(deny, call({ method: 'resources/read', name })), 'deny denied_by_level', name);
    assert.equal(said(allow, call({ method: 'resources/read', name })), 'deny not_permitted', name);
  }
  // With more readings than are looked at, nothing says that none is denied.
  const unclear = call({ method: 'resources/read', name: 'memo://u@x//public;v/?a#b' });
  assert.equal(said(deny, unclear), 'deny unsafe_uri');
  for (const name of ['memo://x/secrets', 'memo://x/a%2Cbc', 'memo://x/treehouse', 'memo://y/secret'])
    assert.equal(said(deny, call({ method: 'resources/read', name })), 'allow permitted', name);
});

test('completing for a URI that is no template needs what reading it needs', () => {
  const made = policy({
    levels: { all: level(['resources/read:file:///docs/*'], ['resources/read:file:///docs/key']) },
    rules: [rule('d', 'deny', 'name.startsWith("file:///docs/hidden/")')],
  });
  const complete = (uri: string) =>
    said(made, call({ method: 'completion/complete', name: uri, args: { ref: { type: 'ref/resource', uri } } }));
  assert.equal(complete('file:///docs/a'), 'allow permitted');
  assert.equal(complete('file:///docs/key'), 'deny denied_by_level');
  assert.equal(complete('FILE:/docs/k%65y'), 'deny denied_by_level');
  assert.equal(complete('file:///docs/{name}'), 'allow permitted');
  assert.equal(complete('FILE:/docs/h%69dden/{name}'), 'deny denied_by_rule d');
  assert.ok(!made.permitsTemplate(PERSON, 'c', 'file:///docs/key'));
});

test('completion follows its ref and is refused without one', () => {
  const made = policy({
    levels: { all: level(['prompts/get:hello', 'resources/read:file:///docs/*', 'completion/*']) },
  });
  const complete = (ref: unknown) => said(made, call({ method: 'completion/complete', name: '', args: { ref } }));
  assert.equal(complete({ type: 'ref/prompt', name: 'hello' }), 'allow permitted');
  assert.equal(complete({ type: 'ref/prompt', name: 'bye' }), 'deny not_permitted');
  assert.equal(complete({ type: 'ref/resource', uri: 'file:///docs/{path}' }), 'allow permitted');
  assert.equal(complete({ type: 'ref/resource', uri: 'file:///etc/{path}' }), 'deny not_permitted');
  assert.equal(complete({ type: 'ref/resource', uri: 'file:///docs/../{path}' }), 'deny unsafe_uri');
  for (const ref of [undefined, null, {}, { type: 'ref/other', name: 'hello' }, { type: 'ref/prompt', name: 5 }]) {
    assert.equal(complete(ref), 'deny not_permitted');
  }
});

test('subjects are persons only and clients are machines only; groups and scopes are either', () => {
  const grants = (who: object) => ({ grants: [{ ...who, connections: ['*'], level: 'all' }] });
  const user: Caller = { ...PERSON, client: 'okta:bot' };
  for (const [who, caller, expected] of [
    [{ subjects: ['okta:ann'] }, PERSON, 'allow'],
    [{ subjects: ['okta:bot'] }, MACHINE, 'deny'],
    [{ subjects: ['entra:ann'] }, PERSON, 'deny'],
    [{ clients: ['okta:bot'] }, MACHINE, 'allow'],
    [{ clients: ['okta:bot'] }, user, 'deny'],
    [{ groups: ['okta:dev'] }, { ...MACHINE, groups: ['okta:dev'] }, 'allow'],
    [{ groups: ['okta:Dev'] }, PERSON, 'deny'],
    [{ scopes: ['okta:mcp'] }, PERSON, 'allow'],
    [{ groups: ['okta:dev'], scopes: ['okta:mcp'] }, PERSON, 'allow'],
    [{ groups: ['okta:dev'], scopes: ['okta:other'] }, PERSON, 'deny'],
    [{ groups: [] }, PERSON, 'deny'],
    [{}, PERSON, 'deny'],
    [{ groups: ['okta:dev'] }, { ...PERSON, kind: 'gateway' as const }, 'deny'],
  ] as const) {
    assert.equal(policy(grants(who)).decide(call({ caller })).effect, expected, JSON.stringify([who, caller.kind]));
  }
});

test('lists show what could be used, and no more', () => {
  const made = policy({
    levels: {
      all: level(
        ['tools/call:get_*', 'resources/read:file:///docs/*'],
        ['tools/call:get_secret', 'resources/read:file:///docs/keys/*'],
      ),
    },
  });
  const listed = (use: string, name: string) => made.permitsListed(PERSON, 'c', use, name);
  assert.ok(listed('tools/call', 'get_a'));
  assert.ok(!listed('tools/call', 'get_secret'));
  assert.ok(!listed('tools/call', 'put'));
  assert.ok(!listed('prompts/get', 'get_a'));
  assert.ok(listed('resources/read', 'FILE:///docs/a'));
  assert.ok(!listed('resources/read', 'file:///docs/../a'));
  assert.ok(!made.permitsListed(MACHINE, 'c', 'tools/call', 'get_a'));
  assert.ok(!made.permitsListed(PERSON, 'other', 'tools/call', 'get_a'));
  const template = (uri: string) => made.permitsTemplate(PERSON, 'c', uri);
  assert.ok(template('file:///docs/{+path}'));
  assert.ok(template('{+uri}'));
  assert.ok(template('file:///{dir}/x'));
  assert.ok(!template('file:///etc/{name}'));
  assert.ok(!template('file:///docs/keys/{name}'));
});

test('the trace says which grant, level, pattern and rule decided, in that order', () => {
  const made = policy({ rules: [rule('a', 'deny', 'name == "x"'), rule('b', 'hold')] });
  const decision = made.decide(call());
  assert.deepEqual(decision.trace, [
    { step: 'grant', index: 0, level: 'all', matched: 'groups okta:dev' },
    { step: 'level', level: 'all', pattern: '*', effect: 'allow' },
    { step: 'rule', rule: 'a', effect: 'deny', outcome: 'not_matched' },
    { step: 'rule', rule: 'b', effect: 'hold', outcome: 'matched' },
  ]);
  assert.deepEqual([decision.level, decision.rule, decision.policy], ['all', 'b', '0123456789abcdef']);
});

test('arguments are not built for a call that no condition looks into', () => {
  const input = (method: string): PolicyInput => ({
    ...call({ method }),
    get args(): unknown {
      throw new Error('was read');
    },
  });
  const made = policy({ rules: [rule('d', 'deny', 'method == "tools/call" && args.x == 1')] });
  assert.equal(made.decide(input('prompts/get')).effect, 'allow');
  assert.equal(policy({}).decide(input('tools/call')).effect, 'allow');
});

test('a policy that cannot work is refused with every problem', () => {
  const made = createPolicy({
    levels: { a: level([':x', 'resources/read:FILE:///a'], [], 'b'), b: level([], [], 'a') },
    grants: [{ groups: ['okta:dev'], connections: ['*'], level: 'nope' }],
    rules: [rule('r', 'deny', 'nme == "x"')],
    version: 'v',
    limits: LIMITED,
  });
  assert.ok(!made.ok);
  const found = made.error.map((problem) => problem.path.join('.'));
  for (const path of ['levels.a.allow.0', 'levels.a.allow.1', 'levels.b.extends', 'grants.0.level', 'rules.0.when'])
    assert.ok(found.includes(path), `${path} in ${found.join()}`);
});

test('patterns count as work: what there are too many for is refused, and once the work is over nothing is looked at', () => {
  const made = policy({
    levels: {
      all: level(
        ['*'],
        Array.from({ length: 1_000 }, (_, at) => `resources/read:memo://shut/${at}/*`),
      ),
    },
  });
  const judge = (work: DecisionWork, name: string) =>
    made.decide(call({ method: 'resources/read', name }), work).reason;
  const names = (count: number) => Array.from({ length: count }, (_, at) => `memo://x/${at}`);
  const [few, many] = [createDecisionWork(LIMITED.decisionCost), createDecisionWork(LIMITED.decisionCost)];
  assert.deepEqual(new Set(names(100).map((name) => judge(few, name))), new Set(['permitted']));
  const reasons = names(1_000).map((name) => judge(many, name));
  const first = reasons.indexOf('too_costly');
  assert.ok(first > 100 && first < 1_000, String(first));
  assert.ok(reasons.slice(first).every((reason) => reason === 'too_costly'));

  const spent = many.spent();
  assert.equal(judge(many, 'memo://x/a'), 'too_costly');
  assert.ok(!made.permitsListed(PERSON, 'c', 'resources/read', 'memo://x/a', many));
  assert.ok(!made.permitsTemplate(PERSON, 'c', 'memo://x/{a}', many));
  assert.equal(many.spent(), spent, 'nothing more is done');
  // The first that would go over it is refused itself, before its patterns are tried.
  assert.equal(judge(createDecisionWork(500), 'memo://shut/1/a'), 'too_costly');
  assert.ok(!made.permitsListed(PERSON, 'c', 'resources/read', 'memo://x/a', createDecisionWork(500)));
});

test('patterns for another method cost nothing, and those with several stars cost by the length of the name', () => {
  const spentOn = (deny: string[], name: string): number => {
    const work = createDecisionWork(LIMITED.decisionCost);
    const made = policy({ levels: { all: level(['*'], deny) } });
    assert.equal(made.decide(call({ method: 'tools/call', name }), work).reason, 'permitted');
    return work.spent();
  };
  const name = 'a'.repeat(4_000);
  assert.equal(spentOn(['resources/read:*x*y*'], name), spentOn([], name));
  assert.equal(spentOn(['tools/call:x*'], name), spentOn([], name) + 1);
  assert.ok(spentOn(['tools/call:*x*y*'], name) > spentOn(['tools/call:x*'], name) + 100);
});

test('a message about a task is permitted as the call that made it, and denied where either is', () => {
  const about = (name: string, method = 'tasks/get'): PolicyInput =>
    call({ method, name: 'task-7', args: { taskId: 'task-7' }, follows: { method: 'tools/call', name } });
  const made = policy({
    levels: { all: level(['tools/call:get_*', 'tools/call:run'], ['tools/call:get_root', 'tasks/cancel:run']) },
  });
  assert.equal(said(made, about('get_a')), 'allow permitted');
  assert.equal(said(made, about('get_root')), 'deny denied_by_level');
  assert.equal(said(made, about('put')), 'deny not_permitted');
  assert.equal(said(made, about('run')), 'allow permitted');
  assert.equal(said(made, about('run', 'tasks/cancel')), 'deny denied_by_level');
  // Without a call that made it nothing permits it, whatever the patterns.
  assert.equal(said(policy({}), call({ method: 'tasks/get', name: 'task-7' })), 'deny not_permitted');
});

test('rules see a message about a task by its own method and the tool’s name, and once more as its call', () => {
  const about = call({
    method: 'tasks/get',
    name: 't',
    args: { taskId: 't' },
    follows: { method: 'tools/call', name: 'export' },
  });
  const ruled = (...rules: RuleSettings[]): string => said(policy({ rules }), about);
  assert.equal(ruled(rule('r', 'deny', 'method == "tasks/get" && name == "export"')), 'deny denied_by_rule r');
  assert.equal(ruled(rule('r', 'deny', 'method == "tools/call" && name == "export"')), 'deny denied_by_rule r');
  assert.equal(ruled(rule('r', 'deny', 'method == "tools/call" && name == "other"')), 'allow permitted');
  assert.equal(ruled(rule('r', 'hold', 'method == "tools/call" && name == "export"')), 'allow permitted');
  assert.equal(ruled(rule('r', 'hold', 'method == "tasks/get"')), 'hold held_by_rule r');
  // Whoever polls a task is not held once more by what held its call, nor refused because the arguments are not known now.
  assert.equal(ruled(rule('r', 'hold', 'name == "export"')), 'allow permitted');
  assert.equal(ruled(rule('r', 'hold', 'name == "export" && args.order.endsWith("7")')), 'allow permitted');
  // What looks at arguments or findings had its say when the call was made with them.
  assert.equal(ruled(rule('r', 'deny', 'method == "tools/call" && !has(args.ticket)')), 'allow permitted');
  assert.equal(ruled(rule('r', 'deny', 'method == "tools/call" && size(findings) == 0')), 'allow permitted');
  assert.equal(
    ruled(rule('r', 'deny', 'method == "tools/call" && caller.groups[7] == "x"')),
    'deny condition_failed r',
  );
});
