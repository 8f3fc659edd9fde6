import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFault, type EventRequest, FOREVER_MS, parseEventQuery } from '#events/event-query.ts';
import { callerWord } from '#events/caller-word.ts';
import { LIMITS } from '#limits.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const parsed = (request: EventRequest) => {
  const query = parseEventQuery(request, NOW, LIMITS);
  assert.ok(query.ok);
  return query.value;
};

test('without words no word of the filter is demanded of the text index', () => {
  assert.equal(parsed({ filter: 'name eq "find"' }).match, undefined);
  assert.equal(parsed({ q: 'lace', filter: 'caller.subject eq "ada"' }).match, `"lace" "${callerWord('ada')}"`);
});

test('what is not said is everything', () => {
  assert.deepEqual(parsed({}), { match: undefined, filter: undefined, sinceMs: -FOREVER_MS, untilMs: FOREVER_MS });
});

test('a fault names its parameter, and for a filter the place', () => {
  const fault = (request: EventRequest): string => {
    const query = parseEventQuery(request, NOW, LIMITS);
    return query.ok ? 'taken' : describeFault(query.error);
  };
  assert.match(fault({ since: 'now' }), /^since: expected a time/);
  assert.match(fault({ until: '1 day' }), /^until: expected a time/);
  assert.match(fault({ q: '…' }), /^q: the text holds no word/);
  assert.match(fault({ filter: 'name eq' }), /^filter: .* at offset 7; expected a string in double quotes/);
});

test('a filter is bounded in length, depth and comparisons', () => {
  const faulty = (filter: string): boolean => !parseEventQuery({ filter }, NOW, LIMITS).ok;
  const one = 'name eq "x"';
  assert.ok(faulty(`name eq "${'x'.repeat(LIMITS.filterChars)}"`));
  assert.ok(faulty('('.repeat(LIMITS.filterDepth + 2) + one + ')'.repeat(LIMITS.filterDepth + 2)));
  assert.ok(faulty(Array.from({ length: LIMITS.filterComparisons + 1 }, () => one).join(' or ')));
});
