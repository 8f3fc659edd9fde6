/** Web sessions in memory, as src/store/web-session-table.ts keeps them, without its bounds. */
import type { WebSession, WebSessionStore } from '#oauth/web-session.ts';

export type FakeWebSessionStore = WebSessionStore & {
  rows(): readonly WebSession[];
  /** How many there were. */
  writes(): number;
};

const keyOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex');

export function createFakeWebSessionStore(): FakeWebSessionStore {
  const rows = new Map<string, WebSession>();
  let writes = 0;
  const remove = (isMeant: (session: WebSession) => boolean): void => {
    for (const [key, session] of rows) if (isMeant(session)) rows.delete(key);
  };
  return {
    find: (digest) => rows.get(keyOf(digest)),
    of: (signIns) =>
      [...rows.values()].filter(({ signIn }) => signIns.includes(signIn)).toSorted((a, b) => b.beganAtMs - a.beganAtMs),
    async write(write) {
      writes += 1;
      if (write.act === 'begin') {
        if (write.replaces !== undefined) rows.delete(keyOf(write.replaces));
        rows.set(keyOf(write.session.digest), write.session);
      } else if (write.act === 'use') {
        const session = rows.get(keyOf(write.digest));
        if (session !== undefined) rows.set(keyOf(write.digest), { ...session, usedAtMs: write.atMs });
      } else if (write.act === 'end') remove(({ id }) => write.ids.includes(id));
      else remove(({ signIn }) => write.signIns.includes(signIn));
    },
    async close() {
      rows.clear();
    },
    rows: () => [...rows.values()],
    writes: () => writes,
  };
}
