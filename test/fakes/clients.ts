/** Clients as a store keeps them. */
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import type { ClientStore, NewClient } from '#oauth/client-store.ts';
import { handleOf } from '#oauth/registered-client.ts';
import type { ClientDecision, RegisteredClient } from '#oauth/registered-client.ts';

export const webMetadata = (name = 'Chat', host = 'chat.example'): ClientMetadata => ({
  name,
  redirects: [{ kind: 'web', uri: `https://${host}/cb`, host }],
  auth: 'none',
  grants: ['authorization_code', 'refresh_token'],
  keys: [],
});

export const newClient = (id: string, changes: Partial<NewClient> = {}): NewClient => ({
  id,
  kind: 'registered',
  metadata: webMetadata(),
  secretDigest: undefined,
  createdAtMs: 1_000,
  freshUntilMs: 0,
  fetchedAtMs: 0,
  source: Buffer.from('source a'),
  ...changes,
});

/** A store in memory, without bounds; `isBroken` makes every use of it fail. */
export function fakeClientStore(): ClientStore & { isBroken: boolean; readonly rows: Map<string, RegisteredClient> } {
  const rows = new Map<string, RegisteredClient>();
  const change = (id: string, changes: Partial<RegisteredClient>): boolean => {
    const row = rows.get(id);
    if (row !== undefined) rows.set(id, { ...row, ...changes });
    return row !== undefined;
  };
  const usable = (): Map<string, RegisteredClient> => {
    if (store.isBroken) throw new Error('the disk is gone');
    return rows;
  };
  const store = {
    rows,
    isBroken: false,
    find: (id: string) => usable().get(id),
    byHandle: (handle: string) => [...usable().values()].find(({ id }) => handleOf(id) === handle),
    list({ after, limit }: { readonly after: string | undefined; readonly limit: number }) {
      const all = [...usable().values()].toReversed();
      return all.slice(after === undefined ? 0 : all.findIndex(({ id }) => handleOf(id) === after) + 1).slice(0, limit);
    },
    async keep({ source: _source, ...client }: NewClient) {
      const before = usable().get(client.id);
      if (before !== undefined && before.kind !== 'document') return 'taken' as const;
      rows.set(client.id, { usedAtMs: undefined, askedAtMs: undefined, decision: undefined, ...before, ...client });
      return 'kept' as const;
    },
    used: async (id: string, usedAtMs: number) => void change(id, { usedAtMs }),
    asked: async (id: string, askedAtMs: number) => void change(id, { askedAtMs }),
    decide: async (id: string, decision: ClientDecision) => change(id, { decision }),
    remove: async (id: string) => usable().delete(id),
    close: async () => undefined,
  };
  return store;
}
