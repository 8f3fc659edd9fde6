import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createSeal } from '#oauth/seal.ts';
import { createWayCookies, WAY_SEAL } from '#signin/way-cookie.ts';
import type { Way } from '#signin/way-cookie.ts';

const unpredictable = (): string => randomBytes(32).toString('base64url');

function arrange(publicUrl = 'https://mcp.example.com') {
  let nowMs = 1_000;
  const seal = createSeal(Buffer.alloc(32, 1), WAY_SEAL, randomBytes);
  const cookies = createWayCookies({ publicUrl, seal, clock: () => nowMs, limits: LIMITS });
  const newWay = (): Way => ({
    state: unpredictable(),
    nonce: unpredictable(),
    codeVerifier: unpredictable(),
    namespace: 'okta',
    proof: 'any',
    begunAtMs: nowMs,
    goal: { kind: 'authorization', uid: 'u1', agreed: 'digest' },
  });
  return { cookies, newWay, pass: (ms: number) => (nowMs += ms) };
}
const jarOf = (...set: readonly string[]): Map<string, string> =>
  new Map(set.map((line) => (line.split(';', 1)[0] ?? '').split('=', 2) as [string, string]));

test('the way back counts in the browser that set out, with the state it set out with', () => {
  const { cookies, newWay } = arrange();
  const [way, other] = [newWay(), newWay()];
  const jar = jarOf(cookies.set(way), cookies.set(other));
  assert.deepEqual(cookies.read(jar, way.state), way);
  assert.deepEqual(cookies.read(jar, other.state), other, 'two at a time do not get into each other’s way');
  assert.equal(cookies.read(new Map(), way.state), undefined, 'another browser');
  assert.equal(cookies.read(jar, unpredictable()), undefined);
  assert.equal(cookies.read(jar, ''), undefined);
});

test('a cookie moved under the name of another state does not open', () => {
  const { cookies, newWay } = arrange();
  const [mine, attackers] = [newWay(), newWay()];
  const [[, sealed] = ['', '']] = [...jarOf(cookies.set(mine))];
  const [[name] = ['']] = [...jarOf(cookies.set(attackers))];
  assert.equal(cookies.read(new Map([[name, sealed]]), attackers.state), undefined);
});

test('it ends after ten minutes, and a clock that went back does not bring it back', () => {
  const { cookies, newWay, pass } = arrange();
  const way = newWay();
  const jar = jarOf(cookies.set(way));
  pass(10 * 60_000 - 1);
  assert.deepEqual(cookies.read(jar, way.state), way);
  pass(1);
  assert.equal(cookies.read(jar, way.state), undefined);
  pass(-10 * 60_000 - 1);
  assert.equal(cookies.read(jar, way.state), undefined);
});

test('no other host can plant it, no script reads it, and it says nothing to who looks at it', () => {
  const { cookies, newWay } = arrange();
  const way = newWay();
  const set = cookies.set(way);
  assert.match(set, /^__Host-gatebook-way-[\w-]{16}=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/);
  for (const secret of [way.state, way.nonce, way.codeVerifier]) assert.equal(set.includes(secret), false);
  assert.match(cookies.clear(way.state), /=; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=0$/);
  assert.doesNotMatch(arrange('http://127.0.0.1:8420').cookies.set(way), /Secure|__Host-/);
});
