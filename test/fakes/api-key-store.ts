/** API keys in memory, by the rules of the table. */
import type { ApiKey, ApiKeyStore } from '#accounts/api-key.ts';
import { isLive } from '#accounts/api-key.ts';
import { LIMITS } from '#limits.ts';

export type FakeApiKeyStore = ApiKeyStore & {
  /** What was asked of the index. */
  readonly found: string[];
  /** Makes every read and write fail until it is called with undefined. */
  fail(error: Error | undefined): void;
};

type Row = { digest: string; key: ApiKey; isReserved: boolean };

export function fakeApiKeyStore(): FakeApiKeyStore {
  const rows = new Map<string, Row>();
  const found: string[] = [];
  let version = 1;
  let failure: Error | undefined;
  const check = (): void => {
    if (failure !== undefined) throw failure;
  };
  const change = (id: string, more: Partial<ApiKey>): 'done' | 'none' => {
    const row = rows.get(id);
    if (row === undefined) return 'none';
    rows.set(id, { ...row, key: { ...row.key, ...more } });
    return 'done';
  };
  return {
    found,
    fail: (error) => void (failure = error),
    version() {
      check();
      return version;
    },
    find(digest) {
      check();
      const hex = Buffer.from(digest).toString('hex');
      found.push(hex);
      return [...rows.values()].find((row) => row.digest === hex && !row.isReserved)?.key;
    },
    byId(id) {
      check();
      const row = rows.get(id);
      return row?.isReserved === false ? row.key : undefined;
    },
    all() {
      check();
      return [...rows.values()].filter(({ isReserved }) => !isReserved).map(({ key }) => key);
    },
    async write(write) {
      await Promise.resolve();
      check();
      version += 1;
      switch (write.act) {
        case 'reserve': {
          const { digest, ...rest } = write.key;
          const live = [...rows.values()].filter(
            ({ key }) => key.account === rest.account && isLive(key, rest.createdAtMs),
          );
          if (live.length >= LIMITS.apiKeysPerAccount) return 'too_many';
          const key = { ...rest, record: '', endedAtMs: undefined, usedOn: undefined };
          rows.set(rest.id, { digest: Buffer.from(digest).toString('hex'), key, isReserved: true });
          return 'done';
        }
        case 'activate': {
          const row = rows.get(write.id);
          if (row?.isReserved !== true) return 'none';
          rows.set(write.id, { ...row, key: { ...row.key, record: write.record }, isReserved: false });
          return 'done';
        }
        case 'withdraw':
          return rows.delete(write.id) ? 'done' : 'none';
        case 'end':
          return rows.get(write.id)?.key.endedAtMs === undefined ? change(write.id, { endedAtMs: write.atMs }) : 'none';
        case 'end_of': {
          const { of, madeUpToMs } = write.ended;
          for (const [id, { key }] of rows)
            if ((of === 'all' || of.account === key.account) && key.createdAtMs <= madeUpToMs)
              change(id, { endedAtMs: write.atMs });
          return 'done';
        }
        case 'use':
          for (const id of write.ids) change(id, { usedOn: write.day });
          return 'done';
        default:
          throw new Error('no such act');
      }
    },
    close: () => Promise.resolve(),
  };
}
