/** People who are signed in at a gateway under attack: a row of theirs and a browser with its cookie, as a sign-in makes them. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headersOf } from '#gateway/steps/receive.ts';
import { createEpochs } from '#identity/epochs.ts';
import { deriveMasterKeys } from '#ledger/wrap.ts';
import { LIMITS } from '#limits.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { createWebSessions } from '#signin/web-session.ts';
import { createOAuthStore } from '#store/oauth-store.ts';
import { openWebSessions } from '#store/web-sessions.ts';
import type { Scene } from './scene.ts';

export type Seated = {
  /** Of their browser, as a header. */
  readonly cookie: string;
  readonly value: string;
  /** What our own pages in it know. */
  readonly csrf: string;
  readonly signIn: string;
};

export type Person = {
  readonly subject: string;
  readonly login?: string;
  readonly groups?: readonly string[];
  /** Milliseconds since they proved who they are. */
  readonly provedMsAgo?: number;
  /** Milliseconds since their issuer last said that they may come in. */
  readonly checkedMsAgo?: number;
};

const HOUR_MS = 3_600_000;

export async function seat(scene: Pick<Scene, 'gateway' | 'keepSecret'>, person: Person): Promise<Seated> {
  const { dataDir, issuer, origin } = scene.gateway;
  const path = join(dataDir, 'state.db');
  const master = Buffer.from(readFileSync(join(dataDir, 'keys', 'master.key'), 'latin1').trim(), 'base64');
  const secret = deriveMasterKeys(master).mask;
  const rows = createOAuthStore({ path, limits: LIMITS });
  const store = openWebSessions({ path, limits: LIMITS });
  const signIns = createSignIns(rows, createOAuthKeys(secret, randomBytes), () => Date.now());
  const nowMs = Date.now();
  const signIn = {
    id: randomBytes(13).toString('hex'),
    issuer: issuer.url,
    namespace: 'idp',
    subject: person.subject,
    login: person.login,
    groups: person.groups ?? [],
    signedInAtMs: nowMs,
    expiresAtMs: nowMs + HOUR_MS,
    checkedAtMs: nowMs - (person.checkedMsAgo ?? 0),
    sealedRefresh: undefined,
    endedAtMs: undefined,
  };
  try {
    await signIns.create(signIn);
    const sessions = createWebSessions({
      store,
      signIns,
      epochs: createEpochs(LIMITS),
      trusts: () => true,
      secret,
      publicUrl: origin,
      idleMinutes: 60,
      limits: LIMITS,
      random: (count) => randomBytes(count),
      newId: () => randomBytes(13).toString('hex'),
      clock: () => Date.now(),
      log: { warn: () => undefined },
    });
    const freshAtMs = nowMs - (person.provedMsAgo ?? 0);
    const { present, setCookie } = await sessions.begin({ signIn, headers: headersOf([]), source: '', freshAtMs });
    const cookie = setCookie.split(';', 1)[0] ?? '';
    const value = cookie.split('=')[1] ?? '';
    scene.keepSecret(value);
    return { cookie, value, csrf: present.csrf, signIn: signIn.id };
  } finally {
    await Promise.all([rows.close(), store.close()]);
  }
}
