/** What the book says around a call that waits, without a book. */
import type { CallHistory } from '#events/call-history.ts';
import type { Event } from '#events/event.ts';
import { ok } from '#result.ts';

export const anEvent = (other: Partial<Event> = {}): Event => ({
  id: 'a:7',
  time: '2026-07-01T00:00:00.000Z',
  kind: 'intent',
  outcome: 'ok',
  caller: { issuer: 'https://acme.okta.com', subject: 'ada', kind: 'person', groups: [] },
  connection: 'customers',
  method: 'tools/call',
  name: 'delete_customer',
  arguments: { id: 7 },
  verified: true,
  ...other,
});

export const fakeCallHistory = (other: Partial<CallHistory> = {}): CallHistory => ({
  asked: async () => ok(anEvent({ kind: 'control', code: 'approval_requested' })),
  lastApproved: async () => ok(undefined),
  lastCalls: async () => ok([]),
  sentWith: async () => ok([]),
  ...other,
});
