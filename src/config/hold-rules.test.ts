import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHolds } from '#config/hold-rules.ts';

test('a pattern for tickets that RE2 does not know is a fault where it stands', () => {
  const rules = [
    { name: 'plain' },
    { name: 'good', asks: { ticket: 'OPS-[0-9]+' } },
    { name: 'bad', asks: { ticket: 'OPS-(' } },
  ];
  const complaints = checkHolds({ rules });
  assert.deepEqual(
    complaints.map(({ path }) => path),
    [['rules', 2, 'asks', 'ticket']],
  );
  assert.match(complaints[0]?.message ?? '', /cannot be used/);
});
