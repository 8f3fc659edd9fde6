import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBearer } from '#identity/bearer.ts';
import { LIMITS } from '#limits.ts';

const read = (...values: string[]): unknown => {
  const result = readBearer(['Host', 'x', ...values.flatMap((value) => ['Authorization', value])], LIMITS);
  return result.ok ? { token: result.value } : result.error;
};

describe('bearer token of a request', () => {
  it('is found whatever the case of header name and scheme', () => {
    assert.deepEqual(readBearer(['aUTHORIZATION', 'bEARER abc.def-_~+/=='], LIMITS), {
      ok: true,
      value: 'abc.def-_~+/==',
    });
  });

  it('is missing when there is no Authorization header, even if a value looks like one', () => {
    assert.deepEqual(readBearer(['X-Note', 'Authorization', 'X-Other', 'Bearer abc'], LIMITS), {
      ok: false,
      error: 'missing',
    });
    assert.equal(read(), 'missing');
  });

  it('is refused when two Authorization headers came, also when they agree', () => {
    assert.equal(read('Bearer abc', 'Bearer abc'), 'duplicate_authorization');
    assert.deepEqual(readBearer(['Authorization', 'Bearer a', 'authorization', ''], LIMITS), {
      ok: false,
      error: 'duplicate_authorization',
    });
  });

  it('is refused under another scheme', () => {
    assert.equal(read('Basic abc'), 'not_bearer');
    assert.equal(read('BearerX abc'), 'not_bearer');
    assert.equal(read(''), 'not_bearer');
    assert.equal(read('DPoP abc'), 'not_bearer');
  });

  it('is refused unless it is one token68 after one space', () => {
    for (const value of [
      'Bearer',
      'Bearer ',
      'Bearer  a',
      'Bearer\ta',
      'Bearer a b',
      'Bearer a,Bearer b',
      'Bearer a=b',
      'Bearer é',
    ]) {
      const expected = value === 'Bearer\ta' ? 'not_bearer' : 'malformed_authorization';
      assert.equal(read(value), expected, JSON.stringify(value));
    }
  });

  it('is refused by its size before it is looked at', () => {
    assert.deepEqual(read(`Bearer ${'a'.repeat(LIMITS.tokenBytes)}`), { token: 'a'.repeat(LIMITS.tokenBytes) });
    assert.equal(read(`Bearer ${'a'.repeat(LIMITS.tokenBytes + 1)}`), 'token_too_large');
  });
});
