import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '#masking/masked.ts';
import { ok } from '#result.ts';
import { approvalPage, askedOf, wordsOf } from '#test/fakes/approval-page.ts';
import { anEvent } from '#test/fakes/call-history.ts';

test('it is compared place by place with what was approved before, by the spelling of numbers', () => {
  const now = askedOf('{"id":9007199254740993,"to":"b","new":true}');
  const before = askedOf('{"id":9007199254740992,"to":"b","old":1.0}');
  const words = wordsOf(approvalPage({ asked: now, compared: { now, earlier: ok({ event: anEvent(), ...before }) } }));
  assert.match(words, /3 values differ/);
  assert.match(words, /changed id : was 9007199254740992 , is 9007199254740993/);
  assert.match(words, /added new : true/);
  assert.match(words, /removed old : 1\.0/);
});

test('what is masked so that two values look the same is not said to be the same', () => {
  const findings: readonly Finding[] = [
    { rule: 'PERSON', type: 'PERSON', pointer: '/params/arguments/who', count: 1, store: 'redact' },
  ];
  const now = askedOf('{"who":"[PERSON]"}', findings);
  const compared = { now, earlier: ok({ event: anEvent(), ...now }) };
  assert.match(
    wordsOf(approvalPage({ asked: now, compared })),
    /All values are the same\..*1 values are masked in such a way/,
  );
});

test('the last calls stand with outcome and rule, and an index that cannot tell is said', () => {
  const decision = { effect: 'deny', rule: 'no-exports', policy: 'p' } as const;
  const event = anEvent({ name: 'export\u200b', outcome: 'denied', code: 'denied', decision });
  const text = approvalPage({ lastCalls: ok([event]) });
  assert.match(wordsOf(text), /export \\u\{200b\} on customers : denied \(denied\), by the rule no-exports/);
  assert.match(approvalPage({ lastCalls: { ok: false, error: 'unknown' } }), /cannot tell it now/);
});

test('two long texts that differ late are read from where they differ', () => {
  const long = 'x'.repeat(5_000);
  const now = askedOf(JSON.stringify({ text: `${long}pay eve`, same: long }));
  const before = askedOf(JSON.stringify({ text: `${long}pay ada`, same: long }));
  const compared = { now, earlier: ok({ event: anEvent(), ...before }) };
  const words = wordsOf(approvalPage({ asked: askedOf('{}'), compared }));
  assert.match(words, /was from character 4,965 on: "x{36,40}pay ada" \(5,007 characters/);
  assert.match(words, /is from character 4,965 on: "x{36,40}pay eve" \(5,007 characters/);
});

test('that nothing is known to have been sent is no proof while the index comes after the book', () => {
  const words = (state: 'approved' | 'used' | 'denied'): string => wordsOf(approvalPage({ sent: ok([]) }, { state }));
  assert.match(words('approved'), /Nothing is known to have been sent with it so far/);
  assert.match(words('used'), /does not have the call yet/);
  assert.match(words('denied'), /Nothing was sent to the server/);
});
