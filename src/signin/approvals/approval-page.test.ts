import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalView } from '#approvals/approval-view.ts';
import { approvalBody } from '#signin/approvals/approval-page.ts';
import { anApproval } from '#test/fakes/approval.ts';

const page = (asked: unknown): string =>
  approvalBody({
    approval: approvalView(anApproval(), 2_000),
    asked: { arguments: asked },
    csrf: 'token',
    mayDecide: true,
    note: undefined,
  }).text;

test('long values are cut one by one and say how long they are; many lines too', () => {
  const long = page({ a: 'x'.repeat(5_000), b: 'short' });
  assert.match(long, /x{2000}… \(5000 characters in all\)/);
  assert.match(long, /short/);
  assert.match(page(Array.from({ length: 1_000 }, (_, at) => at)), /… \(1002 lines in all\)/);
});

test('what is asked can put nothing of its own into the page', () => {
  const text = page({ '<script>alert(1)</script>': '"><img src=x onerror=alert(1)>' });
  assert.equal(/<script|<img/.test(text), false);
});

test('the scopes that a rule offers can be chosen, and the first is', () => {
  const text = page({});
  assert.equal([...text.matchAll(/type="radio"/g)].length, 3);
  assert.equal([...text.matchAll(/ checked /g)].length, 1);
});
