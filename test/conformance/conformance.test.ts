/** P8: the official suite gives the same result check by check, directly and through the gateway. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { compare, isEmpty, runSides } from './compare.ts';
import type { Comparison } from './compare.ts';
import { differenceOf } from './difference.ts';
import type { Run } from './suite.ts';

let comparisons: readonly Comparison[] = [];
let processes: readonly Run[] = [];

before(async () => {
  [comparisons, processes] = await Promise.all([compare(), runSides('process')]);
});

test('the conformance suite cannot tell the gateway from the server, in both eras', () => {
  assert.equal(comparisons.length, 2);
  for (const comparison of comparisons) {
    assert.deepEqual(comparison.difference, [], comparison.revision);
    assert.equal(isEmpty(comparison), true, comparison.revision);
    const failed = comparison.direct.checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
    assert.deepEqual(failed, [], `${comparison.revision}: the fixture passes also what is not scored`);
  }
});

/** What a process cannot have, or does not do, of what the same server does behind HTTP. */
const OF_A_PROCESS: Readonly<Record<string, readonly string[]>> = {
  // Nothing of a pipe can be resumed, so no answer need be a stream.
  '2025-11-25': [
    'server-sse-multiple-streams: server-sse-streams-functional ServerSSEStreamsFunctional',
    'server-sse-polling: incoming-response IncomingResponse',
    'server-sse-polling: incoming-sse-event IncomingSseEvent',
    'server-sse-polling: outgoing-request OutgoingRequest',
    'server-sse-polling: server-sse-content-type ServerSSEContentType',
    'server-sse-polling: server-sse-disconnect-resume ServerDisconnectResume',
    'server-sse-polling: server-sse-priming-event ServerSendsPrimingEvent',
    'server-sse-polling: server-sse-retry-field ServerSendsRetryField',
    'server-sse-polling: stream-closed StreamClosed',
  ],
  // Which argument must have a header only the tool's schema says; and the SDK's process judges no version once it has begun.
  '2026-07-28': [
    'http-custom-header-server-validation: sep-2243-server-reject-param-mismatch ServerRejectsMissingCustomHeaderErrorCode',
    'http-custom-header-server-validation: sep-2243-server-validate-param-match ServerRejectsMissingCustomHeader',
    'server-stateless: sep-2575-http-server-unsupported-version-400 HttpServerUnsupportedVersion400',
    'server-stateless: sep-2575-server-unsupported-version-error ServerUnsupportedVersionError',
  ],
};

test('the same server as a process differs in what only HTTP has', () => {
  assert.equal(processes.length, 2);
  for (const { revision, checks } of processes) {
    const direct = comparisons.find((comparison) => comparison.revision === revision)?.direct.checks ?? [];
    const differing = differenceOf(direct, checks).map(({ scenario, check }) => `${scenario}: ${check}`);
    assert.deepEqual(differing.toSorted(), OF_A_PROCESS[revision], revision);
  }
});
