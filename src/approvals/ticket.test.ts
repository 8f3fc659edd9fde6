import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTicket, ticketPatternFault } from '#approvals/ticket.ts';
import { LIMITS } from '#limits.ts';

test('a ticket is one only when the pattern matches all of it, and when it is no longer than tickets are', () => {
  assert.equal(isTicket('OPS-[0-9]+', 'OPS-17'), true);
  for (const other of ['', 'OPS-', 'see OPS-17', 'OPS-17, or so', 'OPS-17\n', 'ops-17'])
    assert.equal(isTicket('OPS-[0-9]+', other), false, JSON.stringify(other));
  assert.equal(isTicket('a|ab', 'ab'), true);
  assert.equal(isTicket('[0-9]+', '1'.repeat(LIMITS.approvalTicketChars)), true);
  assert.equal(isTicket('[0-9]+', '1'.repeat(LIMITS.approvalTicketChars + 1)), false);
});

test('a pattern that RE2 does not know, that is too large, or that the empty text fits, says so', () => {
  assert.equal(ticketPatternFault('OPS-[0-9]+'), undefined);
  assert.match(ticketPatternFault('OPS-(') ?? '', /missing closing \)/);
  assert.match(ticketPatternFault('(?=a)b') ?? '', /invalid/);
  assert.match(ticketPatternFault('[a-z]{1000}[a-z]{1000}[a-z]{1000}') ?? '', /instructions/);
  assert.match(ticketPatternFault('[0-9]*') ?? '', /no ticket/);
});
