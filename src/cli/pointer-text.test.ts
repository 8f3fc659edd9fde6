import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf } from '#cli/explained-call.ts';
import { judgePointer, pointerText } from '#cli/pointer-text.ts';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import { compileMasking } from '#masking/compile-masking.ts';

const CALLER: Caller = {
  issuer: 'https://i',
  namespace: 'okta',
  subject: 'ann',
  kind: 'person',
  groups: [],
  client: undefined,
  scopes: [],
};
const masking = compileMasking({
  key: Buffer.alloc(32, 1),
  store: { operator: 'token', fields: [], detectors: ['EMAIL_ADDRESS'] },
});
const CALL =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","_meta":{"progressToken":7},' +
  '"arguments":{"0":null,"list":[[5]],"password":"x","text":"{\\"a\\":1}"}}}';

function judged(pointer: string, direction: 'request' | 'response' = 'request', call = CALL) {
  const message = callOf(call, LIMITS);
  assert.ok(message.ok);
  const at = (place: string) => ({ rule: 'r', type: 'PERSON', pointer: place, count: 1 });
  const findings = [at('/params/arguments'), at('/params/arguments/text'), at('/params/arguments/textual')];
  const steps = pointer.slice(1).split('/');
  const asked = { caller: CALLER, connection: 'c', message: message.value, steps, direction, findings };
  const one = judgePointer(masking, asked);
  return { ...one, text: pointerText(message.value, one) };
}

test('what stands at the place is told, and JSON inside a string is judged at the string', () => {
  for (const [pointer, place, stands] of [
    ['/params/arguments/0', '/params/arguments/0', /^ {2}null stands there$/m],
    ['/params/arguments/list/0', '/params/arguments/list/0', /^ {2}an array stands there$/m],
    ['/params/arguments/list/0/0', '/params/arguments/list/0/0', /^ {2}a number stands there$/m],
    ['/params/arguments/list/9', '/params/arguments/list/9', /^ {2}nothing stands there in this call$/m],
    ['/params/arguments/list/length', '/params/arguments/list/length', /^ {2}nothing stands there/m],
    ['/params/arguments/text/a', '/params/arguments/text', /^ {2}a string stands there$/m],
  ] as const) {
    const { pointer: said, text } = judged(pointer);
    assert.equal(said, place);
    assert.match(text, stands);
  }
});

test('places that nobody looks into, that a message is known by, or whose name says it is a secret are told so', () => {
  assert.match(judged('/params/_meta/progressToken').text, /goes upstream unread.*\n(?! {2}[A-Z_]+:)/);
  assert.match(judged('/params/name').text, /a message is known by it: it goes upstream as it came/);
  assert.match(judged('/params/arguments/password').text, /the name of \/params\/arguments\/password says/);
});

test('what was found there is told, and nothing of what was found beside it or in another message', () => {
  assert.equal(judged('/params/arguments/text').findings.length, 1);
  assert.match(judged('/params/arguments/text').text, /^ {2}in this call: PERSON \(r\)$/m);
  assert.equal(judged('/params/arguments').findings.length, 3);
  const answer = judged('/params/arguments/text', 'response');
  assert.deepEqual([answer.findings, answer.stands], [[], undefined]);
  assert.match(
    answer.text,
    /^MASKING .* of the answer to tools\/call "a" on c\n {2}EMAIL_ADDRESS: .*to the caller as it came/,
  );
});

test('a client that answers its server is explained too', () => {
  const { text } = judged('/result/content', 'request', '{"jsonrpc":"2.0","id":1,"result":{"content":{}}}');
  assert.match(text, /^MASKING \/result\/content of an answer to the server on c\n {2}an object stands there\n/);
});
