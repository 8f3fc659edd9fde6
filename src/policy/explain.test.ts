import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import { explainDecision } from '#policy/explain.ts';
import type { Explanation } from '#policy/explain.ts';
import type { PolicyInput } from '#policy/input.ts';
import { createPolicy } from '#policy/policy.ts';
import type { PolicySettings } from '#policy/policy.ts';

const CALLER: Caller = {
  issuer: 'https://i',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: ['okta:dev', 'okta:ops'],
  client: 'okta:app',
  scopes: [],
};
const SETTINGS: PolicySettings = {
  levels: {
    base: { allow: ['tools/call:get_*', 'resources/read:*'], deny: ['tools/call:get_secret'] },
    more: { extends: 'base', allow: ['tools/call:*'], deny: ['resources/subscribe:file:///live/a,b*'] },
    none: { allow: ['prompts/*'], deny: [] },
  },
  grants: [
    { groups: ['okta:dev'], connections: ['c'], level: 'more' },
    { groups: ['okta:x', 'okta:y'], scopes: ['okta:s'], connections: ['*'], level: 'base' },
    { clients: ['okta:app'], connections: ['c'], level: 'base' },
    { groups: ['okta:dev'], connections: ['d'], level: 'base' },
    { groups: ['okta:ops'], connections: ['c'], level: 'none' },
    { connections: ['c'], level: 'base' },
    { subjects: ['okta:bob'], connections: ['c'], level: 'base' },
  ],
  rules: [
    { name: 'no', when: 'name == "nothing"', effect: 'allow' },
    { name: 'hold', when: 'name.startsWith("get_")', effect: 'hold' },
    { name: 'later', when: 'true', effect: 'allow' },
    { name: 'deny', when: 'has(args.x) && args.x', effect: 'deny' },
    { name: 'last', when: 'true', effect: 'deny' },
  ],
  version: 'v',
  limits: LIMITS,
};

function explain(
  more: Partial<PolicyInput>,
  rules = SETTINGS.rules,
  levels = SETTINGS.levels,
): Explanation & { readonly effect: string } {
  const settings = { ...SETTINGS, rules, levels };
  const policy = createPolicy(settings);
  assert.ok(policy.ok);
  const input: PolicyInput = {
    caller: CALLER,
    connection: 'c',
    method: 'tools/call',
    name: 'get_a',
    args: {},
    findings: [],
    nowMs: 0,
    ...more,
  };
  const decision = policy.value.decide(input);
  return { ...explainDecision(settings, input, decision), effect: decision.effect };
}

test('every grant says whether it matched, and if not why', () => {
  assert.deepEqual(
    explain({}).grants.map((grant) => {
      if (grant.outcome === 'matched') return grant.matched;
      return grant.outcome === 'not_matched' ? grant.because.join('; ') : grant.outcome;
    }),
    [
      'groups okta:dev',
      'groups okta:x, okta:y: the caller has none of them; scopes okta:s: the caller has none of them',
      'clients okta:app: clients are service accounts, the caller is none',
      'other_connection',
      'groups okta:ops',
      'it names nobody',
      'subjects okta:bob: the caller has none of them',
    ],
  );
  const service = explain({ caller: { ...CALLER, kind: 'service_account' } }).grants;
  assert.deepEqual(service[2], { index: 2, level: 'base', outcome: 'matched', matched: 'clients okta:app' });
  assert.match(JSON.stringify(service[6]), /subjects are persons/);
});

test('every level in effect shows all its patterns that match, with the level each stands in', () => {
  assert.deepEqual(explain({ name: 'get_secret' }).levels, [
    {
      level: 'more',
      allows: [
        { from: 'more', pattern: 'tools/call:*' },
        { from: 'base', pattern: 'tools/call:get_*' },
      ],
      denies: [{ from: 'base', pattern: 'tools/call:get_secret' }],
    },
    { level: 'none', allows: [], denies: [] },
  ]);
});

test('what a call follows, and a deny of the call itself, are shown', () => {
  const subscription = explain({ method: 'resources/subscribe', name: 'FILE:/live/a%2Cb1' });
  assert.deepEqual(subscription.follows, { method: 'resources/read', name: 'file:///live/a,b1' });
  assert.deepEqual(subscription.levels[0]?.denies, [
    { from: 'more', pattern: 'resources/subscribe:file:///live/a,b*' },
  ]);
  assert.equal(explain({}).follows, undefined);
});

const outcomes = ({ rules }: Explanation): readonly string[] =>
  rules.map(({ rule, outcome, detail }) => `${rule} ${outcome}${detail === undefined ? '' : `: ${detail}`}`);

test('every rule says what became of it, those not asked why', () => {
  assert.deepEqual(outcomes(explain({})), [
    'no not_matched',
    'hold matched',
    'later not_asked: rule hold ended the search',
    'deny not_matched',
    'last matched',
  ]);
  assert.deepEqual(outcomes(explain({ args: { x: true } })).slice(2), [
    'later not_asked: rule hold ended the search',
    'deny matched',
    'last not_asked: rule deny had already denied',
  ]);
  assert.deepEqual(outcomes(explain({ args: { x: 1 } })).slice(3), [
    'deny failed: a value is of a type that does not fit',
    'last not_asked: rule deny had already denied',
  ]);
  assert.deepEqual(
    outcomes(explain({ method: 'x/y' })).map((line) => line.split(' ')[1]),
    ['not_asked:', 'not_asked:', 'not_asked:', 'not_asked:', 'not_asked:'],
  );
});

test('what a hold lifts to is said, and why it lifts nothing', () => {
  const rules: PolicySettings['rules'] = [
    { name: 'plain', when: 'true', effect: 'hold' },
    { name: 'narrow', when: 'true', effect: 'hold', lift: 'none' },
    { name: 'lift', when: 'name.startsWith("x/")', effect: 'hold', lift: 'wide' },
    { name: 'deny', when: 'false', effect: 'deny' },
  ];
  const levels = { ...SETTINGS.levels, wide: { allow: ['sampling/*', 'x/*'], deny: [] } };
  assert.deepEqual(outcomes(explain({ method: 'x/y', name: 'x/' }, rules, levels)), [
    'plain not_asked: it holds what levels permit',
    'narrow not_asked: level none, to which it lifts, does not permit it either',
    'lift matched: it lifts to level wide, which permits it by the pattern x/*',
    'deny not_matched',
  ]);
  assert.deepEqual(outcomes(explain({ method: 'y/y', name: '' }, rules, levels)), [
    'plain not_asked: rules only narrow, and the call is not permitted',
    'narrow not_asked: level none, to which it lifts, does not permit it either',
    'lift not_asked: level wide, to which it lifts, does not permit it either',
    'deny not_asked: rules only narrow, and the call is not permitted',
  ]);
});

test('without any rule nothing is said about rules', () => {
  assert.deepEqual(explain({}, []).rules, []);
});
