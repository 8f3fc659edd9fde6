/**
 * The truth table of the policy order: every combination of a small domain, against a reference written from the words of
 * the contract. The reference shares nothing with the policy but the plain values it is asked about.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import type { PolicyInput } from '#policy/input.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy, PolicySettings } from '#policy/policy.ts';
import type { RuleSettings } from '#policy/rules.ts';

/** Every choice of one value from each list. */
function* choices<T>(lists: readonly (readonly T[])[]): Generator<readonly T[]> {
  const [first, ...rest] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const value of first) for (const others of choices(rest)) yield [value, ...others];
}

const repeated = <T>(values: readonly T[], times: number): readonly (readonly T[])[] =>
  Array.from({ length: times }, () => values);

function policy(settings: Partial<PolicySettings>): Policy {
  const made = createPolicy({
    levels: {},
    grants: [],
    rules: [],
    version: '0123456789abcdef',
    limits: { conditionNodes: 500, conditionCost: 250_000, decisionCost: 500_000 },
    ...settings,
  });
  assert.ok(made.ok, made.ok ? '' : JSON.stringify(made.error));
  return made.value;
}

const CALLER: Caller = {
  issuer: 'https://acme.okta.com',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: [],
  client: undefined,
  scopes: [],
};

const call = (more: Partial<PolicyInput>): PolicyInput => ({
  caller: CALLER,
  connection: 'c',
  method: 'tools/call',
  name: 'a',
  args: {},
  findings: [],
  nowMs: 0,
  ...more,
});

/** How many rows of the table were looked at, and how many of each answer: a table that is all one answer shows nothing. */
class Tally {
  readonly #counts = new Map<string, number>();

  row(actual: string, expected: string, where: () => unknown): void {
    if (actual !== expected) assert.fail(`${actual}, expected ${expected}: ${JSON.stringify(where())}`);
    this.#counts.set(actual, (this.#counts.get(actual) ?? 0) + 1);
  }

  seen(rows: number, ...answers: readonly string[]): void {
    assert.equal(
      [...this.#counts.values()].reduce((sum, count) => sum + count, 0),
      rows,
    );
    assert.deepEqual([...this.#counts.keys()].toSorted(), answers.toSorted());
  }
}

test('(1) who matches: every kind listed in a grant, subjects only persons, clients only service accounts', () => {
  type Listed = 'absent' | 'mine' | 'another';
  type Who = Readonly<Record<'subjects' | 'clients' | 'groups' | 'scopes', Listed>>;
  const kinds = ['person', 'service_account', 'gateway'] as const;
  const names = { subjects: 'okta:ann', clients: 'okta:app', groups: 'okta:dev', scopes: 'okta:mcp' } as const;

  const isGranted = (who: Who, connections: readonly string[], caller: Caller, connection: string): boolean => {
    if (!connections.includes('*') && !connections.includes(connection)) return false;
    const listed = Object.values(who).filter((value) => value !== 'absent');
    if (listed.length === 0 || caller.kind === 'gateway') return false;
    if (listed.includes('another')) return false;
    if (who.subjects === 'mine' && caller.kind !== 'person') return false;
    if (who.clients === 'mine' && (caller.kind !== 'service_account' || caller.client === undefined)) return false;
    if (who.groups === 'mine' && !caller.groups.includes('okta:dev')) return false;
    return !(who.scopes === 'mine' && !caller.scopes.includes('okta:mcp'));
  };

  const tally = new Tally();
  for (const [subjects, clients, groups, scopes] of choices<Listed>(repeated(['absent', 'mine', 'another'], 4))) {
    assert.ok(subjects && clients && groups && scopes);
    const who: Who = { subjects, clients, groups, scopes };
    const settings = Object.fromEntries(
      Object.entries(who).flatMap(([kind, listed]) =>
        listed === 'absent'
          ? []
          : [[kind, listed === 'mine' ? ['okta:x', names[kind as keyof Who]] : ['okta:x', 'entra:ann', 'okta:Dev']]],
      ),
    );
    for (const connections of [['c'], ['d'], ['*'], ['d', 'c']]) {
      const made = policy({
        levels: { all: { allow: ['*'], deny: [] } },
        grants: [{ ...settings, connections, level: 'all' }],
      });
      for (const kind of kinds) {
        for (const [inGroup, hasScope, hasClient] of choices(repeated([true, false], 3))) {
          const caller: Caller = {
            ...CALLER,
            kind,
            groups: inGroup ? ['okta:other', 'okta:dev'] : ['okta:other'],
            scopes: hasScope ? ['okta:mcp'] : [],
            client: hasClient ? 'okta:app' : undefined,
          };
          const expected = isGranted(who, connections, caller, 'c');
          const { effect, reason } = made.decide(call({ caller }));
          tally.row(`${effect} ${reason}`, expected ? 'allow permitted' : 'deny no_grant', () => [who, caller]);
          assert.equal(made.hasGrant(caller, 'c'), expected);
          assert.equal(made.permitsListed(caller, 'c', 'tools/call', 'a'), expected);
        }
      }
    }
  }
  tally.seen(81 * 4 * 24, 'allow permitted', 'deny no_grant');
});

test('(2) permitted is what any level in effect allows minus what any denies, ancestors included', () => {
  const PATTERNS = [[], ['tools/call:a'], ['tools/call:*']] as const;
  type Own = { readonly allow: readonly string[]; readonly deny: readonly string[] };
  const covers = (patterns: readonly string[], name: string): boolean =>
    patterns.includes('tools/call:*') || patterns.includes(`tools/call:${name}`);

  /** `parents[i]`: the level that level i extends. */
  const reference = (
    own: readonly Own[],
    parents: readonly number[],
    held: readonly number[],
    name: string,
  ): string => {
    if (held.length === 0) return 'deny no_grant';
    const inEffect = new Set<number>();
    for (const level of held) for (let at = level; at !== -1; at = parents[at] ?? -1) inEffect.add(at);
    const all = [...inEffect].map((level) => own[level]);
    if (all.some((level) => level !== undefined && covers(level.deny, name))) return 'deny denied_by_level';
    if (all.some((level) => level !== undefined && covers(level.allow, name))) return 'allow permitted';
    return 'deny not_permitted';
  };

  const tally = new Tally();
  const HELD = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];
  const callers = HELD.map((held): Caller => ({ ...CALLER, groups: held.map((level) => `okta:g${level}`) }));
  const one = [...choices([PATTERNS, PATTERNS])].map(([allow, deny]): Own => ({
    allow: allow ?? [],
    deny: deny ?? [],
  }));
  for (const own of choices(repeated(one, 3))) {
    for (const parents of [
      [-1, -1, -1],
      [-1, 0, -1],
      [-1, 0, 1],
      [-1, 0, 0],
    ]) {
      const levels = Object.fromEntries(
        own.map((level, index) => {
          const parent = parents[index] ?? -1;
          return [`l${index}`, { ...level, ...(parent === -1 ? {} : { extends: `l${parent}` }) }];
        }),
      );
      const grants = own.map((_, index) => ({ groups: [`okta:g${index}`], connections: ['c'], level: `l${index}` }));
      const made = policy({ levels, grants });
      for (const [at, caller] of callers.entries()) {
        for (const name of ['a', 'b']) {
          const { effect, reason } = made.decide(call({ caller, name }));
          tally.row(`${effect} ${reason}`, reference(own, parents, HELD[at] ?? [], name), () => [
            levels,
            caller.groups,
            name,
          ]);
        }
      }
    }
  }
  tally.seen(729 * 4 * 8 * 2, 'allow permitted', 'deny no_grant', 'deny denied_by_level', 'deny not_permitted');
});

test('(2) any level brings exactly the methods of the contract, unless a deny takes them away', () => {
  const brought = new Set([
    'initialize',
    'ping',
    'server/discover',
    'notifications/cancelled',
    'notifications/anything/else',
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'tasks/list',
    // What a client answers to a request of the server.
    'response',
  ]);
  const others = [
    'tools/call',
    'prompts/get',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'subscriptions/listen',
    'completion/complete',
    'logging/setLevel',
    'tasks/get',
    'tasks/result',
    'tasks/cancel',
    'sampling/createMessage',
    'elicitation/create',
    'roots/list',
    'notifications',
    'notificationsX',
    'Ping',
    'tools/List',
    'tools/list/',
    'vendor/list',
  ];
  const grants = [{ groups: ['okta:dev'], connections: ['c'], level: 'l' }];
  const caller: Caller = { ...CALLER, groups: ['okta:dev'] };
  for (const method of [...brought, ...others]) {
    for (const [allow, deny] of choices<readonly string[]>([
      [[], ['x/y']],
      [[], ['x/y'], [method], ['*']],
    ])) {
      const made = policy({ levels: { l: { allow: allow ?? [], deny: deny ?? [] } }, grants });
      const { effect } = made.decide(call({ caller, method, name: '' }));
      const isDenied = deny?.includes(method) === true || deny?.includes('*') === true;
      assert.equal(effect, brought.has(method) && !isDenied ? 'allow' : 'deny', `${method} denied: ${deny?.join()}`);
    }
  }
});

/** What a rule's condition does with the call: one argument per rule decides it, a missing one is an error. */
type Outcome = 'matches' | 'matches not' | 'fails';
const OUTCOMES = ['matches', 'matches not', 'fails'] as const;
const EFFECTS = ['allow', 'deny', 'hold'] as const;

const argsFor = (outcomes: readonly Outcome[]): Record<string, boolean> =>
  Object.fromEntries(
    outcomes.flatMap((outcome, at) => (outcome === 'fails' ? [] : [[`r${at}`, outcome === 'matches']])),
  );

/** Clause 3 in its own words. */
function ruled(effects: readonly RuleSettings['effect'][], outcomes: readonly Outcome[]): string {
  const firstOfOthers = effects.findIndex((effect, at) => effect !== 'deny' && outcomes[at] === 'matches');
  // A match of allow or hold ends the search for others; a deny counts wherever it stands.
  const counts = (at: number): boolean => effects[at] === 'deny' || firstOfOthers === -1 || at <= firstOfOthers;
  const refusing = effects.findIndex(
    (effect, at) => counts(at) && (outcomes[at] === 'fails' || (effect === 'deny' && outcomes[at] === 'matches')),
  );
  if (refusing !== -1)
    return `deny ${outcomes[refusing] === 'fails' ? 'condition_failed' : 'denied_by_rule'} r${refusing}`;
  if (firstOfOthers === -1) return 'allow permitted';
  return effects[firstOfOthers] === 'hold'
    ? `hold held_by_rule r${firstOfOthers}`
    : `allow permitted r${firstOfOthers}`;
}

test('(3) rules: a deny wins wherever it stands, else the first allow or hold, an error denies, and nothing is ever widened', () => {
  const levels = { l: { allow: ['tools/call:a', 'tools/call:denied'], deny: ['tools/call:denied', 'prompts/list'] } };
  const grants = [{ groups: ['okta:dev'], connections: ['c'], level: 'l' }];
  const caller: Caller = { ...CALLER, groups: ['okta:dev'] };
  const calls = [
    { base: 'allow permitted', input: { method: 'tools/call', name: 'a' } },
    { base: 'allow implicit', input: { method: 'ping', name: '' } },
    { base: 'deny not_permitted', input: { method: 'tools/call', name: 'b' } },
    { base: 'deny denied_by_level', input: { method: 'tools/call', name: 'denied' } },
    { base: 'deny denied_by_level', input: { method: 'prompts/list', name: '' } },
    { base: 'deny no_grant', input: { method: 'tools/call', name: 'a', connection: 'd' } },
  ];
  let rows = 0;
  const effectsSeen = new Set<string>();
  for (let length = 0; length <= 4; length += 1) {
    for (const effects of choices(repeated(EFFECTS, length))) {
      const rules = effects.map((effect, at) => ({ name: `r${at}`, effect, when: `args.r${at}` }));
      const made = policy({ levels, grants, rules });
      for (const outcomes of choices(repeated(OUTCOMES, length))) {
        for (const { base, input } of calls) {
          const decision = made.decide(call({ caller, args: argsFor(outcomes), ...input }));
          const said = `${decision.effect} ${decision.reason}${decision.rule === undefined ? '' : ` ${decision.rule}`}`;
          // Clause 4: what no rule decided is as it was.
          const undecided = ruled(effects, outcomes) === 'allow permitted';
          const expected = base.startsWith('deny') || undecided ? base : ruled(effects, outcomes);
          assert.equal(said, expected, JSON.stringify([effects, outcomes, input]));
          if (base.startsWith('deny')) assert.ok(!decision.trace.some(({ step }) => step === 'rule'));
          effectsSeen.add(decision.effect);
          rows += 1;
        }
      }
    }
  }
  assert.equal(rows, (1 + 9 + 81 + 729 + 6_561) * calls.length);
  assert.deepEqual([...effectsSeen].toSorted(), ['allow', 'deny', 'hold']);
});

/** The same words for a hold that lifts: it is for what no level in effect allows and the lifted one does, too. */
type Kind = RuleSettings['effect'] | 'lift';
const KINDS = [...EFFECTS, 'lift'] as const satisfies readonly Kind[];

function liftRuled(kinds: readonly Kind[], outcomes: readonly Outcome[], isPermitted: boolean): string {
  const places = kinds.flatMap((kind, at) => (isPermitted || kind !== 'hold' ? [at] : []));
  const said = ruled(
    places.map((at): RuleSettings['effect'] => {
      const kind = kinds[at] ?? 'deny';
      return kind === 'lift' ? 'hold' : kind;
    }),
    places.map((at) => outcomes[at] ?? 'fails'),
  ).replace(/ r(\d+)$/, (_, at: string) => ` r${places[Number(at)]}`);
  if (isPermitted) return said;
  // Without anything that lifts no rule is asked; an allow widens nothing, and what nobody lifts stays as it was.
  return kinds.includes('lift') && !said.startsWith('allow') ? said : 'deny not_permitted';
}

test('(3) lift: a hold may offer what no level allows and one does; a deny of any level stays, and nothing else is widened', () => {
  const levels = {
    l: { allow: ['tools/call:a'], deny: ['tools/call:denied'] },
    up: { allow: ['tools/call:b', 'tools/call:denied', 'tools/call:own'], deny: ['tools/call:own'] },
    narrow: { allow: ['tools/call:a'], deny: [] },
  };
  const grants = [{ groups: ['okta:dev'], connections: ['c'], level: 'l' }];
  const caller: Caller = { ...CALLER, groups: ['okta:dev'] };
  const withKey: Caller = { ...caller, key: { id: 'k', createdBy: CALLER, connections: ['*'], level: 'narrow' } };
  const calls = [
    { base: 'permitted', input: { name: 'a' } },
    { base: 'liftable', input: { name: 'b' } },
    { base: 'deny not_permitted', input: { name: 'elsewhere' } },
    { base: 'deny denied_by_level', input: { name: 'denied' } },
    { base: 'deny not_permitted', input: { name: 'own' } },
    { base: 'deny no_grant', input: { name: 'b', connection: 'd' } },
    { base: 'deny not_permitted', input: { name: 'b', caller: withKey } },
  ];
  const tally = new Tally();
  for (let length = 0; length <= 3; length += 1) {
    for (const kinds of choices<Kind>(repeated(KINDS, length))) {
      const rules = kinds.map((kind, at): RuleSettings => {
        const plain = { name: `r${at}`, when: `args.r${at}` };
        return kind === 'lift' ? { ...plain, effect: 'hold', lift: 'up' } : { ...plain, effect: kind };
      });
      const made = policy({ levels, grants, rules });
      for (const outcomes of choices(repeated(OUTCOMES, length))) {
        for (const { base, input } of calls) {
          const decision = made.decide(call({ caller, args: argsFor(outcomes), ...input }));
          const by = decision.rule === undefined ? '' : ` ${decision.rule}`;
          const expected = base.startsWith('deny') ? base : liftRuled(kinds, outcomes, base === 'permitted');
          const said = `${decision.effect} ${decision.reason}${by}`;
          assert.equal(said, expected, JSON.stringify([kinds, outcomes, input]));
          if (decision.effect === 'hold') assert.equal(decision.level, base === 'permitted' ? 'l' : 'up');
          tally.row(`${decision.effect} ${decision.reason}`, expected.split(' ').slice(0, 2).join(' '), () => input);
        }
      }
    }
  }
  tally.seen(
    (1 + 12 + 144 + 1_728) * calls.length,
    'allow permitted',
    'hold held_by_rule',
    'deny denied_by_rule',
    'deny condition_failed',
    'deny not_permitted',
    'deny denied_by_level',
    'deny no_grant',
  );
});

test('patterns: split at the first colon, whole string, case-sensitive, a star any run', () => {
  // Letters, the characters that mean something, and their near relations.
  const ALPHABET = ['a', 'A', '/', ':', '*'];
  const texts = (max: number): readonly string[] =>
    Array.from({ length: max + 1 }, (_, length) =>
      [...choices(repeated(ALPHABET, length))].map((parts) => parts.join('')),
    ).flat();
  const asRegex = (glob: string): RegExp => new RegExp(`^${glob.replaceAll('*', '[^]*')}$`);
  const caller: Caller = { ...CALLER, groups: ['okta:dev'] };
  const grants = [{ groups: ['okta:dev'], connections: ['c'], level: 'l' }];
  let matched = 0;
  for (const pattern of texts(4)) {
    const colon = pattern.indexOf(':');
    const [method, name] = colon === -1 ? [pattern, undefined] : [pattern.slice(0, colon), pattern.slice(colon + 1)];
    if (method === '' || name === '') continue;
    const made = policy({ levels: { l: { allow: [pattern], deny: [] } }, grants });
    const [methodRegex, nameRegex] = [asRegex(method), name === undefined ? /[^]*/ : asRegex(name)];
    for (const askedMethod of ['a', 'A', 'a/a', '/']) {
      for (const askedName of ['', 'a', 'A', ':', 'a:a', 'a/a', '*', 'aa']) {
        const expected = methodRegex.test(askedMethod) && nameRegex.test(askedName);
        const { effect } = made.decide(call({ caller, method: askedMethod, name: askedName }));
        assert.equal(effect, expected ? 'allow' : 'deny', `${pattern} for ${askedMethod} ${askedName}`);
        if (expected) matched += 1;
      }
    }
  }
  assert.equal(matched, 956);
});
