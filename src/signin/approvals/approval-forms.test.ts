import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Viewer } from '#signin/approvals/approval-page.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { approvalPage, askedOf, decidedBy, VIEWER, wordsOf } from '#test/fakes/approval-page.ts';

test('the scopes that a rule offers can be chosen, the first is, and each says until when', () => {
  const text = approvalPage();
  assert.equal([...text.matchAll(/type="radio"/g)].length, 3);
  assert.equal([...text.matchAll(/ checked /g)].length, 1);
  assert.equal(wordsOf(text).match(/now: until 1970-01-01 00:01 UTC/g)?.length, 3);
});

test('nobody says yes to what cannot be shown whole, or is not explained; a no is possible', () => {
  const cut = { rows: { rows: askedOf('{"a":1}').rows.rows, isCut: true }, place: askedOf('{}').place };
  for (const other of [{ asked: { missing: 'It does not hold.' } }, { asked: cut }, { lacksStatement: true }]) {
    const text = approvalPage(other);
    assert.doesNotMatch(text, /value="approve"|type="radio"/);
    assert.match(text, /value="deny"/);
  }
});

test('whoever may not decide reads why and has no form, and whoever has not proved lately who they are does that first', () => {
  const no = approvalPage(decidedBy({ no: 'You ask for it yourself.' }));
  assert.match(no, /You ask for it yourself\./);
  assert.doesNotMatch(no, /<form/);
  const unproved = approvalPage(decidedBy('unproved'));
  assert.match(unproved, /href="\/signin\?to=%2Fapprovals%2Fapr_1&amp;fresh=1"/);
  assert.doesNotMatch(unproved, /<form/);
});

test('whoever asks can say why, in the form the rule wants, and withdraw', () => {
  const viewer = { ...VIEWER, decides: { no: '' }, isAsking: true, mayState: true, mayWithdraw: true };
  const text = approvalPage({ viewer }, { terms: { ...TERMS, asks: { reason: true, ticket: 'OPS-[0-9]+' } } });
  assert.match(text, /name="reason"[^>]* required/);
  assert.match(text, /name="ticket"[^>]* required/s);
  assert.match(text, /OPS-\[0-9\]\+/);
  assert.match(text, /action="\/approvals\/apr_1\/withdraw"/);
});

test('whoever decides by broken glass reads so, and can let one call pass and no more', () => {
  const viewer: Viewer = { ...VIEWER, standing: { as: 'break_glass', scopes: ['once'] } };
  const text = approvalPage({ viewer });
  assert.match(text, /Not yours but for the glass you broke/);
  assert.equal([...text.matchAll(/type="radio"/g)].length, 1);
  assert.match(text, /value="once"/);
});
