import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createSeal } from '#oauth/seal.ts';
import { setOut } from '#signin/set-out.ts';
import { createWayCookies, WAY_SEAL } from '#signin/way-cookie.ts';
import { fakeProvider } from '#test/fakes/provider.ts';

test('each way to an issuer has secrets of its own, and an issuer that is not configured has no way', async () => {
  const provider = fakeProvider();
  const seal = createSeal(Buffer.alloc(32, 1), WAY_SEAL, randomBytes);
  const parts = {
    providers: new Map([['okta', provider]]),
    ways: createWayCookies({ publicUrl: 'https://mcp.example.com', seal, clock: () => 1, limits: LIMITS }),
    random: (count: number) => randomBytes(count),
    clock: () => 1,
  };
  const to = { proof: 'any', goal: { kind: 'page', path: '/me' } } as const;
  const [one, two] = [await setOut('okta', to, parts), await setOut('okta', to, parts)];
  assert.ok(one.ok && two.ok);
  assert.notDeepEqual(one.value.headers['set-cookie'], two.value.headers['set-cookie']);
  assert.equal(new Set(provider.asked.map(({ state }) => state)).size, 2);
  assert.deepEqual(await setOut('elsewhere', to, parts), { ok: false, error: 'issuer_setup' });
});
