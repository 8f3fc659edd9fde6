import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSettling } from '#approvals/settling.ts';
import { anApproval } from '#test/fakes/approval.ts';

test('everybody who waits for one approval hears of its end once, and nobody hears of another', () => {
  const settling = createSettling();
  const heard: string[] = [];
  settling.add('apr_1', ({ state }) => void heard.push(`first ${state}`));
  const forget = settling.add('apr_1', ({ state }) => void heard.push(`second ${state}`));
  settling.add('apr_1', ({ state }) => void heard.push(`third ${state}`));
  settling.add('apr_2', ({ state }) => void heard.push(`other ${state}`));
  forget();
  settling.tell(anApproval({ id: 'apr_1', state: 'pending' }));
  assert.deepEqual(heard, []);
  settling.tell(anApproval({ id: 'apr_1', state: 'denied' }));
  settling.tell(anApproval({ id: 'apr_1', state: 'void' }));
  assert.deepEqual(heard, ['first denied', 'third denied']);
});

test('whoever comes while others are told, or leaves after it, is not lost and loses nobody', () => {
  const settling = createSettling();
  const heard: string[] = [];
  const forget = settling.add('apr_1', () => settling.add('apr_1', ({ state }) => void heard.push(state)));
  settling.tell(anApproval({ id: 'apr_1', state: 'approved' }));
  forget();
  settling.tell(anApproval({ id: 'apr_1', state: 'used' }));
  assert.deepEqual(heard, ['used']);
});
