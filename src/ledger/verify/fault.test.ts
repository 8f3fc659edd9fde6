import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultFound } from '#ledger/verify/fault.ts';

test('a fault that travels as an exception names its file and what is wrong', () => {
  const fault = { code: 'magic', file: '00000000.seg', offset: 0, record: null, what: 'not a segment' } as const;
  const found = new FaultFound(fault);
  assert.equal(found.message, '00000000.seg: not a segment');
  assert.deepEqual(found.fault, fault);
});
