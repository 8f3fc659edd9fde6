import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import type { Decision } from '#policy/decision.ts';
import { decideMessage } from '#policy/message-decision.ts';
import { createPolicy } from '#policy/policy.ts';

const CALLER: Caller = {
  issuer: 'https://i',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: ['okta:dev'],
  client: undefined,
  scopes: [],
};

function message(value: object): Message {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), { depth: 64, nodes: 10_000 });
  assert.ok(doc.ok);
  const read = readMessage(doc.value);
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

function decide(value: object, limits = LIMITS as Limits): string {
  const policy = createPolicy({
    levels: {
      l: {
        allow: ['tools/call:*', 'subscriptions/listen', 'resources/read:memo://*'],
        deny: ['resources/subscribe:memo://live/*'],
      },
    },
    grants: [{ groups: ['okta:dev'], connections: ['c'], level: 'l' }],
    rules: [
      { name: 'held', when: 'name == "memo://held"', effect: 'hold' },
      { name: 'big', when: 'method == "tools/call" && has(args.n) && args.n > 9007199254740992', effect: 'deny' },
      { name: 'root', when: 'method == "resources/subscribe" && args.uri.endsWith("/root")', effect: 'deny' },
    ],
    version: 'v',
    limits,
  });
  assert.ok(policy.ok);
  const judged = decideMessage(policy.value, message(value), {
    caller: CALLER,
    connection: 'c',
    findings: [],
    nowMs: 0,
  });
  if (!judged.ok) return judged.error;
  const { decision, watchedUri, asked } = judged.value;
  return `${decision.effect} ${decision.reason} ${decision.rule ?? '-'} ${watchedUri ?? '-'} ${asked.method}`;
}

const call = (params: object) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
const listen = (...resourceSubscriptions: string[]) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'subscriptions/listen',
  params: { notifications: { resourceSubscriptions } },
});

test('a message is judged by its method, its name and its arguments', () => {
  assert.equal(decide(call({ name: 'a' })), 'allow permitted - - tools/call');
  assert.equal(decide(call({ name: 'a', arguments: { n: 2 ** 54 } })), 'deny denied_by_rule big - tools/call');
  assert.equal(decide({ jsonrpc: '2.0', id: 1, result: {} }), 'allow implicit - - response');
  assert.equal(decide({ jsonrpc: '2.0', method: 'notifications/x' }), 'allow implicit - - notifications/x');
});

test('a request or notification cannot borrow the name of an answer', () => {
  assert.equal(decide({ jsonrpc: '2.0', id: 1, method: 'response' }), 'reserved method name');
  assert.equal(decide({ jsonrpc: '2.0', method: 'response' }), 'reserved method name');
});

test('everything a request would watch is judged as a subscription of its own, and one refusal refuses the request', () => {
  assert.equal(decide(listen()), 'allow permitted - - subscriptions/listen');
  assert.equal(decide(listen('memo://a', 'memo://b')), 'allow permitted - - subscriptions/listen');
  const refused = (uri: string): string => decide(listen('memo://a', uri, 'memo://b'));
  assert.equal(refused('file:///a'), 'deny not_permitted - file:///a resources/subscribe');
  assert.equal(refused('MEMO://live/a'), 'deny denied_by_level - MEMO://live/a resources/subscribe');
  assert.equal(refused('memo://x/root'), 'deny denied_by_rule root memo://x/root resources/subscribe');
  assert.equal(refused('memo://held'), 'deny held_by_rule held memo://held resources/subscribe');
  assert.equal(refused('memo://a/../b'), 'deny unsafe_uri - memo://a/../b resources/subscribe');
});

test('what a request would watch is judged within one budget, and what is beyond it refuses the request', () => {
  const all = listen(...Array.from({ length: LIMITS.subscribedUris }, (_, at) => `memo://notes/${at}`));
  assert.equal(decide(all), 'allow permitted - - subscriptions/listen');
  assert.match(decide(all, { ...LIMITS, decisionCost: 10_000 }), /^deny too_costly - memo:/);
});

test('the conditions of rules count too: no URI is judged once those before it spent the budget', () => {
  let [evaluations, allowed] = [0, 0];
  const policy = createPolicy({
    levels: { l: { allow: ['*'], deny: [] } },
    grants: [{ groups: ['okta:dev'], connections: ['c'], level: 'l' }],
    rules: [{ name: 'dear', when: 'name.matches("^(a|b|c|d)*x{50}$")', effect: 'deny' }],
    version: 'v',
    limits: LIMITS,
  });
  assert.ok(policy.ok);
  const work = policy.value.newWork();
  for (let at = 0; at < LIMITS.subscribedUris; at += 1) {
    const name = `memo://notes/${'a'.repeat(200)}${at}`;
    const situation = { caller: CALLER, connection: 'c', findings: [], nowMs: 0 };
    const decision: Decision = policy.value.decide(
      { ...situation, method: 'resources/subscribe', name, args: {} },
      work,
    );
    if (decision.trace.some(({ step }) => step === 'rule')) evaluations += 1;
    if (decision.effect === 'allow') allowed += 1;
    else assert.equal(decision.reason, 'too_costly');
  }
  assert.ok(evaluations > 10 && evaluations < LIMITS.subscribedUris / 2, String(evaluations));
  assert.equal(allowed, evaluations);
});

test('to be told of tasks is to ask for each of them', () => {
  const policy = createPolicy({
    levels: { l: { allow: ['tools/call:get', 'subscriptions/listen'], deny: [] } },
    grants: [{ groups: ['okta:dev'], connections: ['c'], level: 'l' }],
    rules: [],
    version: '0123456789abcdef',
    limits: LIMITS,
  });
  assert.ok(policy.ok);
  const listen = message({
    jsonrpc: '2.0',
    id: 1,
    method: 'subscriptions/listen',
    params: { notifications: { taskIds: ['a', 'b'] } },
  });
  const told = (...names: string[]) =>
    decideMessage(policy.value, listen, {
      caller: CALLER,
      connection: 'c',
      findings: [],
      nowMs: 0,
      follows: names.map((name) => ({ method: 'tools/call', name })),
    });
  const one = told('get', 'get');
  assert.equal(one.ok && one.value.decision.effect, 'allow');
  const other = told('get', 'put');
  assert.deepEqual(other.ok && [other.value.decision.effect, other.value.watchedUri], ['deny', 'put']);
});
