import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callText, decisionText } from '#cli/decision-text.ts';
import { callOf } from '#cli/explained-call.ts';
import type { Judged } from '#cli/offline-policy.ts';
import { LIMITS } from '#limits.ts';

const message = (text: string) => {
  const call = callOf(text, LIMITS);
  assert.ok(call.ok);
  return call.value;
};

test('a decision reads from the grants to the rules, with what came to nothing', () => {
  const judged: Judged = {
    connection: 'github',
    watchedUri: undefined,
    isBlocked: false,
    masking: [{ rule: 'field-name', type: 'SECRET', pointer: '/params/arguments/key', count: 2 }],
    decision: { effect: 'hold', reason: 'held_by_rule', level: 'read', rule: 'r', policy: 'p', trace: [] },
    explanation: {
      grants: [
        { index: 0, level: 'read', outcome: 'matched', matched: 'groups okta:dev' },
        { index: 1, level: 'write', outcome: 'not_matched', because: ['a', 'b'] },
        { index: 2, level: 'write', outcome: 'other_connection' },
      ],
      follows: { method: 'prompts/get', name: 'x' },
      levels: [
        { level: 'read', allows: [{ from: 'base', pattern: 'a:*' }], denies: [{ from: 'read', pattern: 'b' }] },
        { level: 'none', allows: [], denies: [] },
      ],
      rules: [
        { rule: 'r', effect: 'hold', outcome: 'matched' },
        { rule: 's', effect: 'allow', outcome: 'not_asked', detail: 'rule r ended the search' },
      ],
    },
  };
  const call = message('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a\\nb"}}');
  assert.equal(
    decisionText(call, judged),
    `HOLD tools/call "a\\nb" on github: a rule holds it until people agree (policy p)
  grants[0] gives level read (groups okta:dev)
  grants[1] gives nothing: a; b
  1 grant is for other connections
  it is judged as prompts/get "x"
  level read denies it by the pattern b
  level read allows it by the pattern a:* of level base
  level none has no pattern that matches
  rule r (hold) matched
  rule s (allow) not asked: rule r ended the search
  the book keeps SECRET at /params/arguments/key masked (field-name, 2 times)
`,
  );
});

test('a call that masking blocks is told as refused, whatever policy says, and as denied by policy where that comes first', () => {
  const call = message('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}');
  const blocked = {
    connection: 'github',
    watchedUri: undefined,
    isBlocked: true,
    masking: [
      { rule: 'ssn', type: 'US_SSN', pointer: '/params/a', count: 2, inline: 'block' },
      { rule: 'email', type: 'EMAIL_ADDRESS', pointer: '/params/b', count: 1, store: 'token' },
    ],
    explanation: { grants: [], levels: [], rules: [], follows: undefined },
  } as const;
  const decision = { level: 'l', rule: undefined, policy: 'p', trace: [] } as const;
  assert.equal(
    decisionText(call, { ...blocked, decision: { ...decision, effect: 'allow', reason: 'permitted' } }),
    `DENY tools/call "a" on github: masking blocks it, although a level permits it (policy p)
  masking blocks the message for US_SSN at /params/a (ssn, 2 times)
  masking found EMAIL_ADDRESS at /params/b (email)
`,
  );
  const denied = decisionText(call, { ...blocked, decision: { ...decision, effect: 'deny', reason: 'no_grant' } });
  assert.match(denied, /^DENY tools\/call "a" on github: no grant/);
});

test('a call is named by its method and name, an answer as what it is', () => {
  assert.equal(callText(message('{"jsonrpc":"2.0","id":1,"method":"ping"}')), 'ping');
  assert.equal(callText(message('{"jsonrpc":"2.0","id":1,"result":{}}')), 'an answer to the server');
});
