import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConditions } from '#policy/conditions.ts';
import type { PolicyInput } from '#policy/input.ts';

const conditions = createConditions({ conditionNodes: 500, conditionCost: 250_000 });

const input = (more: Partial<PolicyInput> = {}): PolicyInput => ({
  caller: {
    issuer: 'https://i',
    namespace: 'okta',
    subject: 'ann',
    kind: 'person',
    groups: ['okta:dev', 'okta:ops'],
    client: undefined,
    scopes: [],
  },
  connection: 'github',
  method: 'tools/call',
  name: 'delete_repo',
  args: {},
  findings: [],
  nowMs: Date.UTC(2026, 2, 29, 1, 30),
  ...more,
});

function verdict(text: string, more: Partial<PolicyInput> = {}): string {
  const compiled = conditions.compile(text);
  assert.ok(compiled.ok, `${text}: ${compiled.ok ? '' : compiled.error.map((fault) => fault.message).join()}`);
  const result = compiled.value.evaluate(conditions.facts(input(more)));
  return result.outcome === 'failed' ? `failed: ${result.detail}` : result.outcome;
}

function faults(text: string): string {
  const compiled = conditions.compile(text);
  assert.ok(!compiled.ok, `${text} was accepted`);
  return compiled.error.map((fault) => fault.message).join('; ');
}

test('a condition sees everything it is promised', () => {
  for (const text of [
    'method == "tools/call" && name.startsWith("delete_") && connection == "github"',
    'caller.issuer == "https://i" && caller.subject == "ann" && caller.kind == "person" && caller.client == ""',
    '"okta:dev" in caller.groups && !("okta:Dev" in caller.groups)',
    'caller.groups.exists(g, g.endsWith(":ops"))',
    'now.getHours() == 1 && now.getDayOfWeek() == 0 && now < timestamp("2027-01-01T00:00:00Z")',
    'now.getHours("Europe/Berlin") == 3',
    'tool.annotations.destructiveHint && tool.changed',
    'findings.exists(f, f.type == "SECRET" && f.count > 1)',
    'recent.calls.minute == 3 && recent.calls.hour == 40 && recent.tool.minute == 2 && recent.denied.hour == 1',
    'args.n == 1 && args.d == 1.5 && args.list[1] == "b" && args.deep.a.b == null',
    'has(args.n) && !has(args.gone) && has(args.deep.a.b) && "n" in args',
    'args.list.size() == 2 && size(args.text) == 2 && args.list.filter(x, x != "a") == ["b"] && args.list.map(x, x + "!") == ["a!", "b!"]',
    'name.matches("^delete_[a-z]+$")',
    'args.constructor == 5 && args["__proto__"] == 6',
    'args.n + 1 == 2 && double(args.n) * 1.5 == 1.5 && int("12") == 12',
  ]) {
    const args: unknown = JSON.parse(
      '{"n":1,"d":1.5,"list":["a","b"],"deep":{"a":{"b":null}},"text":"\\ud83d\\ude00x","constructor":5,"__proto__":6}',
    );
    assert.equal(
      verdict(text, {
        args,
        tool: { annotations: { destructiveHint: true }, changed: true },
        findings: [{ rule: 'field-name', type: 'SECRET', pointer: '/a', count: 2 }],
        recent: {
          calls: { minute: 3, hour: 40 },
          tool: { minute: 2, hour: 20 },
          denied: { minute: 0, hour: 1 },
        },
      }),
      'matched',
      text,
    );
  }
});

test('arguments without a prototype are read like any others', () => {
  const args = Object.assign(Object.create(null) as object, {
    a: Object.assign(Object.create(null) as object, { b: 1 }),
  });
  assert.equal(verdict('args.a.b == 1 && !has(args.constructor) && !has(args.a.toString)', { args }), 'matched');
});

test('integers keep their value beyond 2^53, and doubles stay doubles', () => {
  assert.equal(verdict('args.n == 9007199254740993', { args: { n: 9007199254740993n } }), 'matched');
  assert.equal(verdict('args.n == 9007199254740992', { args: { n: 9007199254740993n } }), 'not_matched');
  assert.equal(verdict('args.n > 9007199254740992', { args: { n: 9007199254740993n } }), 'matched');
  assert.equal(verdict('args.n > 1', { args: { n: 10n ** 30n } }), 'matched');
  assert.equal(verdict('args.n * 2.0 == 3.0', { args: { n: 1.5 } }), 'matched');
});

test('an unknown tool has no annotations and is not changed, and a call without arguments has none', () => {
  assert.equal(
    verdict('!has(tool.annotations.readOnlyHint) && !tool.changed && !has(args.x)', { args: undefined }),
    'matched',
  );
});

test('what cannot be evaluated fails, and says why without a value of the call', () => {
  assert.equal(verdict('args.gone == 1'), 'failed: the call has no "gone"; guard it with has()');
  assert.equal(verdict('args.list[5] == 1', { args: { list: [] } }), 'failed: an index is out of bounds');
  assert.equal(verdict('args.x > 1', { args: { x: 'hunter2' } }), 'failed: a value is of a type that does not fit');
  assert.equal(verdict('args[args.key] == 1', { args: { key: 'hunter2' } }), 'failed: a key is missing');
  assert.equal(verdict('int(args.x) == 1', { args: { x: 'hunter2' } }), 'failed: the condition could not be evaluated');
  assert.equal(verdict('int(args.x) == 0', { args: { x: ' ' } }), 'failed: the condition could not be evaluated');
  assert.equal(verdict('args.flag', { args: { flag: 'yes' } }), 'failed: the result is neither true nor false');
  assert.equal(
    verdict('args.a / args.b == 1', { args: { a: 1, b: 0 } }),
    'failed: the condition could not be evaluated',
  );
  assert.equal(verdict('args.list.all(x, x.y)', { args: { list: [1] } }).slice(0, 6), 'failed');
});

test('what the library would find out only at the first call is refused at load', () => {
  for (const [text, fault] of [
    ['nme == "x"', /"nme" is unknown/],
    ['caller.email == "x"', /"caller.email" is unknown/],
    ['tool.name == "x"', /"tool.name" is unknown/],
    ['name.size == 1', /"name.size" is unknown/],
    ['frobnicate(name)', /function "frobnicate" is unknown/],
    ['name.frobnicate()', /function "frobnicate" is unknown/],
    ['startsWith(name, "a")', /function "startsWith" is unknown/],
    ['name.startsWith()', /takes 1 argument/],
    ['size(name, name) == 1', /takes 1 argument/],
    ['math.greatest(1, 2) == 2', /unknown/],
    ['bytes(name) == b"a"', /function "bytes" is unknown/],
    ['type(name) == string', /unknown/],
    ['google.protobuf.Struct{} == args', /unknown/],
    ['name.matches("(")', /is no RE2 pattern/],
    ['name.matches("(?=a)")', /is no RE2 pattern/],
    ['name.matches(args.p)', /no literal text/],
    ['name.matches("a" + "b")', /no literal text/],
    ['now > timestamp("yesterday")', /timestamp\(\) cannot read/],
    ['now - now > duration("5 parsecs")', /duration\(\) cannot read/],
    ['now.getHours("Mars/Olympus") == 1', /time zone/],
    ['now.getHours(args.zone) == 1', /time zone/],
    ['"x"', /neither true nor false/],
    ['1 + 1', /neither true nor false/],
    ['name', /neither true nor false/],
    ['caller.groups', /neither true nor false/],
    ['size(name)', /neither true nor false/],
    ['args.list.map(x, x)', /neither true nor false/],
    ['true ? name : "b"', /neither true nor false/],
    ['name && true', /true or false that is neither/],
    ['!name', /true or false that is neither/],
    ['name ? true : false', /true or false that is neither/],
    ['args.a.exists(x, args.b.exists(y, x == y))', /a macro stands inside another/],
    ['args.a.map(x, x).exists(y, y == 1)', /a macro stands inside another/],
    ['args.a.exists(name, name == "x")', /hides what conditions see/],
    ['args.a.exists(x, y == 1)', /"y" is unknown/],
    [Array.from({ length: 200 }, (_, n) => `name != "${n}"`).join(' && '), /more than 500 parts/],
    [`${'!'.repeat(101)}tool.changed ${'|| (true '.repeat(80)}${')'.repeat(80)}`, /nested|parts/],
    [`${'['.repeat(70)}${']'.repeat(70)} == args.a`, /nested/],
    ['name ==', /./],
    ['', /./],
    ['name == "' + 'a'.repeat(5_000) + '"', /longer than/],
  ] as const) {
    assert.match(faults(text), fault, text);
  }
});

test('brackets are counted before they are parsed, those of texts not among them', () => {
  for (const open of ['(', '[', '{', 'a(', 'has(', '(a?', 'x['])
    assert.equal(faults(open.repeat(65)), 'it is nested too deep', open);
  assert.notEqual(faults('('.repeat(64)), 'it is nested too deep');
  assert.equal(verdict(`${'('.repeat(60)}true${')'.repeat(60)}`), 'matched');
  assert.equal(verdict(`name != "${'('.repeat(200)}" && name != '${'['.repeat(200)}'`), 'matched');
});

test('every fault of a condition is reported at once', () => {
  assert.match(faults('nme == "x" && name.matches("(") && caller.email == ""'), /nme.*RE2.*caller\.email/);
});

test('the input that freezes backtracking engines costs nothing', () => {
  for (const pattern of ['^(a+)+$', '^(a|aa)+$', '(.*a){20}', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
    assert.equal(
      verdict(`name.matches("${pattern}")`, { name: `${'a'.repeat(27)}!` }).replace('(.*a){20}', ''),
      pattern === '(.*a){20}' ? 'matched' : 'not_matched',
    );
  }
});

test('a call that would make a condition work too long is denied before the work', () => {
  const big = 'a'.repeat(4_000_000);
  const list = Array.from({ length: 200_000 }, (_, n) => n);
  for (const [text, args] of [
    ['args.s.matches("^(a+)+$")', { s: big }],
    ['args.s.matches("x{900}")', { s: 'x'.repeat(20_000) }],
    ['size(args.s) > 1', { s: big.repeat(2) }],
    ['int(args.s) > 1', { s: '9'.repeat(100_000) }],
    ['args.l.exists(x, x == -1)', { l: list }],
    ['args.l.exists(x, x in args.l)', { l: list.slice(0, 20_000) }],
    ['args.l.filter(x, x >= 0).size() > 1', { l: list.slice(0, 20_000) }],
    ['args.l.exists(x, x in args.m)', { l: list.slice(0, 500), m: list.slice(1_000, 6_000) }],
    ['args.l.filter(x, x >= 0).size() > 1', { l: list.slice(0, 3_500) }],
    ['args.l.exists(x, args.a != args.b)', { l: list.slice(0, 100), a: list.slice(0, 5_000), b: list.slice(0, 5_000) }],
    ['args.l == args.m', { l: [list, list], m: [list, list] }],
    ['args.s.contains(args.t)', { s: big, t: 'a'.repeat(100_000) }],
    ['args.o.exists(k, k == "x")', { o: Object.fromEntries(list.map((n) => [`k${n}`, n])) }],
    // Would be true, had the first part not been given up.
    ['args.s.matches("b") || true', { s: big }],
  ] as const) {
    assert.match(verdict(text, { args }), /^failed: the condition (is too costly|could not)/, text);
  }
});

test('a macro that compares two large texts again for every element is given up, whatever it compares them with', () => {
  const [a, b] = [Buffer.alloc(1_000_000, 97).toString(), Buffer.alloc(1_000_000, 97).toString()];
  const args = { l: Array.from({ length: 500 }, (_, n) => n), a, b, o: { [a]: 1 }, m: { a }, n: { a: b } };
  for (const condition of [
    'args.a == args.b && x < 0',
    'args.a != args.b',
    'args.a < args.b',
    'args.a <= args.b && x < 0',
    'args.a > args.b',
    'args.a >= args.b && x < 0',
    'args.a.startsWith(args.b) && x < 0',
    'args.a.endsWith(args.b) && x < 0',
    'args.a.contains(args.b) && x < 0',
    'args.a.matches("b")',
    'args.a in [args.b] && x < 0',
    'args.m == args.n && x < 0',
    '[args.a] == [args.b] && x < 0',
    'size(args.a) == x',
    'args.a + args.b == "x"',
  ]) {
    const evaluated = verdict(`args.l.exists(x, ${condition})`, { args });
    assert.equal(evaluated, 'failed: the condition is too costly for this call', condition);
  }
});

test('values nested as deep as a message may be are compared, and deeper ones fail instead of overflowing', () => {
  const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
  assert.equal(verdict('args.a == args.b', { args: { a: nested(62), b: nested(62) } }), 'matched');
  assert.match(verdict('args.a == args.b', { args: { a: nested(50_000), b: nested(50_000) } }), /^failed/);
  assert.match(verdict('args.a != 1 && args.a[0] == 2', { args: { a: nested(50_000) } }), /^failed/);
  const pairs = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  assert.match(verdict('args == args.a', { args: pairs(20_000) }), /^(failed|not_matched)/);
});

test('large arguments that a condition does not look into cost nothing', () => {
  const args = { big: Array.from({ length: 500_000 }, (_, n) => n), small: 1 };
  assert.equal(verdict('args.small == 1 && has(args.big)', { args }).slice(0, 7), 'matched');
});

test('filter and map over a few hundred elements work', () => {
  const l = Array.from({ length: 500 }, (_, n) => n);
  assert.equal(verdict('args.l.filter(x, x % 2 == 0).size() == 250', { args: { l } }), 'matched');
  assert.equal(verdict('args.l.map(x, x + 1)[499] == 500', { args: { l } }), 'matched');
});

test('an evaluation that failed does not spoil the next', () => {
  assert.match(verdict('args.s.matches("b")', { args: { s: 'a'.repeat(4_000_000) } }), /^failed/);
  assert.equal(verdict('true'), 'matched');
});

test('a condition that asks what was recent says so, names only what there is, and sees nothing where nothing is known', () => {
  const looksBack = (text: string): boolean => {
    const compiled = conditions.compile(text);
    assert.ok(compiled.ok);
    return compiled.value.looksBack;
  };
  assert.equal(looksBack('method == "tools/call" && recent.tool.hour > 5'), true);
  assert.equal(looksBack('name == "recently"'), false);
  assert.equal(verdict('recent.tool.hour == 0 && recent.calls.minute + recent.denied.hour == 0'), 'matched');
  assert.match(faults('recent.refused.hour > 1'), /"recent.refused" is unknown/);
  assert.match(faults('recent.tool.day > 1'), /"day" of what was recent is unknown/);
  assert.match(faults('has(recent.tool.day)'), /"day" of what was recent is unknown/);
  assert.match(faults('recent'), /neither true nor false/);
});
