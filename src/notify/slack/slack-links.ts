/**
 * Which person uses which Slack account, as they said themselves (src/signin/slack/link-pages.ts). Rows say nothing of it to
 * who only reads them: keyed digests, and the rest sealed. Refuses to know pages and SQL.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Principal } from '#approvals/approval.ts';
import { callerKey } from '#identity/caller.ts';
import type { Seal } from '#oauth/seal.ts';

/** Of one app in one workspace: another app could say anything of a member with the same id. */
export type SlackMember = { readonly notifier: string; readonly team: string; readonly user: string };

export type SlackLink = SlackMember & {
  /** Names it to people and in records. */
  readonly id: string;
  readonly linkedAtMs: number;
};

export type SlackLinkRow = {
  /** Keyed, of the member. */
  readonly digest: Uint8Array;
  readonly person: Uint8Array;
  readonly sealed: Uint8Array;
  readonly linkedAtMs: number;
};

/** Reading is synchronous and throws when the store cannot be read; writing is durable when it resolves. */
export type SlackLinkStore = {
  find(digest: Uint8Array): SlackLinkRow | undefined;
  /** Those of one person, newest first. */
  of(person: Uint8Array): readonly SlackLinkRow[];
  /** False: this member is linked already, or there is no room. */
  add(row: SlackLinkRow): Promise<boolean>;
  remove(digest: Uint8Array): Promise<void>;
};

export type SlackLinks = {
  /** Whose account this is. */
  find(member: SlackMember): Principal | undefined;
  of(person: Principal): readonly SlackLink[];
  /** False: it is somebody's already, or there are too many. */
  link(member: SlackMember, person: Principal): Promise<boolean>;
  /** Only one's own. False: there was none of this id. */
  unlink(person: Principal, id: string): Promise<boolean>;
};

/** Of seals. */
export const SLACK_LINKS_SEAL = 'gatebook slack links seal v1';
const KEY_BYTES = 32;
const ID_CHARS = 32;

export function createSlackLinks(parts: {
  readonly store: SlackLinkStore;
  /** What every process of the data directory has in common (the masking key). */
  readonly secret: Uint8Array;
  readonly seal: Seal;
  readonly clock: () => number;
}): SlackLinks {
  const { store, seal, clock } = parts;
  const key = Buffer.from(hkdfSync('sha256', parts.secret, '', 'gatebook slack links v1', KEY_BYTES));
  /** Lengths go in, so that no two lists of parts read the same. */
  const mac = (...words: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', key);
    for (const word of words) hmac.update(`${Buffer.byteLength(word)}:`).update(word);
    return hmac.digest();
  };
  const digestOf = ({ notifier, team, user }: SlackMember): Buffer => mac('member', notifier, team, user);
  const personOf = (person: Principal): Buffer => mac('person', callerKey(person));
  const idOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex').slice(0, ID_CHARS);
  const opened = ({ digest, person, sealed }: SlackLinkRow): (SlackMember & Principal) | undefined => {
    const text = seal.open(sealed, Buffer.concat([digest, person]).toString('hex'));
    if (text === undefined) return undefined;
    const [notifier = '', team = '', user = '', issuer = '', subject = ''] = JSON.parse(text) as readonly string[];
    return { notifier, team, user, issuer, subject };
  };
  return {
    find(member) {
      const row = store.find(digestOf(member));
      const link = row === undefined ? undefined : opened(row);
      return link === undefined ? undefined : { issuer: link.issuer, subject: link.subject };
    },
    of: (person) =>
      store.of(personOf(person)).flatMap((row): readonly SlackLink[] => {
        const link = opened(row);
        if (link === undefined) return [];
        const { notifier, team, user } = link;
        return [{ notifier, team, user, id: idOf(row.digest), linkedAtMs: row.linkedAtMs }];
      }),
    link(member, { issuer, subject }) {
      const { notifier, team, user } = member;
      const [digest, person] = [digestOf(member), personOf({ issuer, subject })];
      const about = Buffer.concat([digest, person]).toString('hex');
      const sealed = seal.seal(JSON.stringify([notifier, team, user, issuer, subject]), about);
      return store.add({ digest, person, sealed, linkedAtMs: clock() });
    },
    async unlink(person, id) {
      const row = store.of(personOf(person)).find(({ digest }) => idOf(digest) === id);
      if (row !== undefined) await store.remove(row.digest);
      return row !== undefined;
    },
  };
}
