/** P8: the official suite gives the same result check by check, directly and through the gateway. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, isEmpty } from './compare.ts';

test('the conformance suite cannot tell the gateway from the server, in both eras', async () => {
  for (const comparison of await compare()) {
    assert.deepEqual(comparison.difference, [], comparison.revision);
    assert.equal(isEmpty(comparison), true, comparison.revision);
    const failed = comparison.direct.checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
    assert.deepEqual(failed, [], `${comparison.revision}: the fixture passes also what is not scored`);
  }
});
