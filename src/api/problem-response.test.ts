import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem, PROBLEMS, type ProblemCode } from '#api/contract/problem.ts';
import { problemOf, problemResponse } from '#api/problem-response.ts';

const subject = { call: 'a'.repeat(26), publicUrl: 'https://mcp.example.com' };

test('every code gives problem details of the contract, with its status and without the reason', async () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const response = problemResponse({ code, reason: 'exact_and_private', retryAfterMs: 1_500 }, subject);
    const text = await response.text();
    assert.equal(response.status, PROBLEMS[code][0]);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.equal(response.headers.get('retry-after'), '2');
    assert.equal(Problem.parse(JSON.parse(text)).code, code);
    assert.ok(!text.includes('exact_and_private'));
  }
});

test('a refused token is challenged with the metadata of the API, a missing role with insufficient_scope', () => {
  const header = (refusal: Parameters<typeof problemResponse>[0]): string | null =>
    problemResponse(refusal, subject).headers.get('www-authenticate');
  const metadata = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/api"';
  assert.equal(header({ code: 'unauthenticated', reason: 'missing', fault: 'missing' }), `Bearer ${metadata}`);
  assert.match(
    header({ code: 'unauthenticated', reason: 'wrong_audience', fault: 'wrong_audience' }) ?? '',
    /error="invalid_token"/,
  );
  assert.equal(header({ code: 'forbidden', reason: 'no_role' }), `Bearer ${metadata}, error="insufficient_scope"`);
  assert.equal(header({ code: 'not_found', reason: 'path' }), null);
});

test('what is wrong with a filter is said with its place', () => {
  const refusal = {
    code: 'invalid_parameter',
    reason: 'filter',
    parameter: 'filter',
    offset: 3,
    expected: 'a value',
  } as const;
  const { parameter, offset, expected } = problemOf(refusal, subject.call);
  assert.deepEqual({ parameter, offset, expected }, { parameter: 'filter', offset: 3, expected: 'a value' });
});
