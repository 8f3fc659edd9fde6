/** Consents, claims and linked Slack accounts in memory, of one process or, when it is handed to several, of all. */
import type { ClaimStore } from '#oauth/claim.ts';
import type { SlackLinkRow, SlackLinkStore } from '#notify/slack/slack-links.ts';
import type { ConsentRow, ConsentStore } from '#oauth/consent.ts';

const nameOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex');

export function fakeConsentStore(): ConsentStore & { readonly rows: Map<string, ConsentRow> } {
  const rows = new Map<string, ConsentRow>();
  return {
    rows,
    find: (digest) => rows.get(nameOf(digest)),
    of: (person) =>
      [...rows.values()]
        .filter((row) => nameOf(row.person) === nameOf(person))
        .toSorted((a, b) => b.givenAtMs - a.givenAtMs),
    put: async (row) => void rows.set(nameOf(row.digest), row),
    remove: async (digest) => void rows.delete(nameOf(digest)),
  };
}

export function fakeSlackLinkStore(): SlackLinkStore & { readonly rows: Map<string, SlackLinkRow> } {
  const rows = new Map<string, SlackLinkRow>();
  return {
    rows,
    find: (digest) => rows.get(nameOf(digest)),
    of: (person) => [...rows.values()].filter((row) => nameOf(row.person) === nameOf(person)),
    async add(row) {
      if (rows.has(nameOf(row.digest))) return false;
      rows.set(nameOf(row.digest), row);
      return true;
    },
    remove: async (digest) => void rows.delete(nameOf(digest)),
  };
}

export function fakeClaimStore(): ClaimStore {
  const claims = new Map<string, { readonly holder: string; readonly untilMs: number }>();
  return {
    async claim(key, holder, { nowMs, untilMs }) {
      const held = claims.get(nameOf(key));
      if (held !== undefined && held.untilMs > nowMs) return false;
      claims.set(nameOf(key), { holder, untilMs });
      return true;
    },
    async letGo(key, holder) {
      if (claims.get(nameOf(key))?.holder === holder) claims.delete(nameOf(key));
    },
  };
}
