/** What it costs to look up a token that the gateway gave out itself, on a store of 2,000 sign-ins, half of them in 500 groups. */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestToken } from '#identity/token-cache.ts';
import { LIMITS } from '#limits.ts';
import { createAccessTokens } from '#oauth/access-tokens.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import { createSignIns } from '#oauth/sign-ins.ts';
import { createOAuthStore } from '#store/oauth-store.ts';

const SIGN_INS = 2_000;
const GROUPS = 500;
const HOUR_MS = 3_600_000;
const RESOURCE = 'https://bench.example/mcp/tickets';

export type OwnTokenBench = {
  /** One token that is asked for again and again. */
  readonly again: () => unknown;
  /** The next of many, each asked for the first time in this process; undefined when there are no more. */
  readonly first: () => unknown;
  /** Something ended in the store: what was kept in memory has to be asked of it again. */
  readonly endSomething: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export async function openOwnTokenBench(): Promise<OwnTokenBench> {
  const folder = mkdtempSync(join(tmpdir(), 'gatebook-bench-'));
  const path = join(folder, 'state.db');
  closeSync(openSync(path, 'a'));
  const rows = createOAuthStore({ path, limits: LIMITS });
  const keys = createOAuthKeys(randomBytes(32), randomBytes);
  const clock = (): number => Date.now();
  const signIns = createSignIns(rows, keys, clock);
  const nowMs = clock();
  const write = async (at: number): Promise<string> => {
    const [id, token] = [`sign-in-${at}`, randomBytes(32).toString('base64url')];
    const count = at % 2 === 0 ? 1 : GROUPS;
    await signIns.create({
      id,
      issuer: 'https://idp.example',
      namespace: 'idp',
      subject: `person-${at}`,
      login: `person-${at}@example.com`,
      groups: Array.from({ length: count }, (_, group) => `idp:group-${group}`),
      signedInAtMs: nowMs,
      expiresAtMs: nowMs + HOUR_MS,
      checkedAtMs: nowMs,
      sealedRefresh: undefined,
      endedAtMs: undefined,
    });
    const grant = keys.rowDigest('Grant', `grant-${at}`);
    const row = (model: 'Grant' | 'AccessToken', name: string, payload: object) => {
      const digest = keys.rowDigest(model, name);
      return {
        digest,
        model,
        grant: model === 'Grant' ? digest : grant,
        signIn: id,
        alias: undefined,
        after: undefined,
        source: undefined,
        sealed: keys.seal(digest, JSON.stringify(payload)),
        madeMs: nowMs,
        expiresMs: nowMs + HOUR_MS,
        consumedMs: undefined,
      };
    };
    const payload = { aud: RESOURCE, clientId: 'bench', iat: Math.floor(nowMs / 1_000) };
    await rows.write({
      act: 'put',
      row: row('Grant', `grant-${at}`, { jti: `grant-${at}`, clientId: 'bench' }),
      nowMs,
    });
    const put = await rows.write({ act: 'put', row: row('AccessToken', token, payload), nowMs });
    if (put !== 'done') throw new Error(`the token was not kept: ${put}`);
    return token;
  };
  const tokens: string[] = [];
  for (let at = 0; at < SIGN_INS; at += 100)
    tokens.push(...(await Promise.all(Array.from({ length: 100 }, (_, one) => write(at + one)))));
  const own = createAccessTokens({
    rows,
    keys,
    clock,
    limits: LIMITS,
    trusts: () => true,
    accountOf: () => undefined,
  });
  const digests = tokens.map(digestToken);
  const find = (at: number): unknown => {
    const found = own.find(tokens[at] ?? '', digests[at] ?? '');
    if (found === undefined) throw new Error('a token of the bench is not known');
    return found;
  };
  find(0);
  let next = 1;
  let last = SIGN_INS;
  return {
    again: () => find(0),
    first: () => (next < tokens.length - 1 ? find(next++) : undefined),
    async endSomething() {
      await signIns.end(`sign-in-${(last -= 1)}`, clock());
    },
    async close() {
      await rows.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
