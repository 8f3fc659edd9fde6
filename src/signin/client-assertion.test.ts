import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { assertionFault } from '#signin/client-assertion.ts';

const NOW_MS = 1_000_000_000_000;
const NOW = NOW_MS / 1_000;
const GOOD = { iss: 'bot', sub: 'bot', aud: 'https://mcp.example.com', jti: 'a', iat: NOW, exp: NOW + 60 };
const fault = (more: object) => assertionFault({ ...GOOD, ...more }, NOW_MS, LIMITS);

test('an assertion for us alone, about the client itself, that ends soon has nothing against it', () => {
  const latest = (LIMITS.clientAssertionMs + LIMITS.tokenClockSkewMs) / 1_000;
  for (const more of [{}, { aud: [GOOD.aud] }, { iat: undefined }, { exp: NOW + latest }, { iat: NOW + 60 }])
    assert.equal(fault(more), undefined, JSON.stringify(more));
});

test('an assertion for others too, about somebody else, long-lived, of the future or without a short id is none', () => {
  const latest = (LIMITS.clientAssertionMs + LIMITS.tokenClockSkewMs) / 1_000;
  for (const more of [
    { aud: [GOOD.aud, 'https://other.example'] },
    { aud: [] },
    { sub: 'other' },
    { sub: undefined },
    { exp: NOW + latest + 1 },
    { exp: Number.POSITIVE_INFINITY },
    { exp: '1' },
    { exp: undefined },
    { iat: NOW + 61 },
    { iat: 'now' },
    { jti: 7 },
    { jti: 'x'.repeat(257) },
  ])
    assert.equal(typeof fault(more), 'string', JSON.stringify(more));
});
