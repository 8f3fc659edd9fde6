/**
 * What a person let a client do, remembered: for exactly this client as it described itself, sent back to this place, for this
 * resource. Rows say nothing of it to who only reads them: keyed digests, and the rest sealed. Refuses to know pages and SQL.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Caller } from '#identity/caller.ts';
import { callerKey } from '#identity/caller.ts';
import type { Limits } from '#limits.ts';
import type { Seal } from '#oauth/seal.ts';

/** What the page of consent says, and what a remembered one is for. */
export type Consented = {
  readonly clientId: string;
  /** As it calls itself: unverified. */
  readonly clientName: string;
  /** Where the browser is sent with the code: a host, a scheme, or the word for a device. */
  readonly place: string;
  readonly resource: string;
  /** Of everything the client says of itself: another client than the one that was agreed to has another. */
  readonly metadataDigest: string;
};

export type Consent = Consented & {
  /** Names it to people and in records. */
  readonly id: string;
  readonly givenAtMs: number;
};

export type ConsentRow = {
  readonly digest: Uint8Array;
  readonly person: Uint8Array;
  /** Keyed digest of what the client says of itself. */
  readonly client: Uint8Array;
  readonly sealed: Uint8Array;
  readonly givenAtMs: number;
  readonly endsAtMs: number;
};

/** Reading is synchronous and throws when the store cannot be read; writing is durable when it resolves. */
export type ConsentStore = {
  find(digest: Uint8Array): ConsentRow | undefined;
  /** Those of one person, newest first. */
  of(person: Uint8Array): readonly ConsentRow[];
  put(row: ConsentRow): Promise<void>;
  remove(digest: Uint8Array): Promise<void>;
};

type Person = Pick<Caller, 'issuer' | 'subject'>;

export type Consents = {
  isGiven(person: Person, consented: Consented): boolean;
  give(person: Person, consented: Consented): Promise<void>;
  of(person: Person): readonly Consent[];
  /** Only one's own. False: there was none of this id. */
  forget(person: Person, id: string): Promise<boolean>;
};

const KEY_BYTES = 32;

export function createConsents(parts: {
  readonly store: ConsentStore;
  /** What every process of the data directory has in common (the masking key). */
  readonly secret: Uint8Array;
  readonly seal: Seal;
  readonly clock: () => number;
  readonly limits: Pick<Limits, 'consentMs'>;
}): Consents {
  const { store, seal, clock, limits } = parts;
  const key = Buffer.from(hkdfSync('sha256', parts.secret, '', 'gatebook consents v1', KEY_BYTES));
  /** Lengths go in, so that no two lists of parts read the same. */
  const mac = (...words: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', key);
    for (const word of words) hmac.update(`${Buffer.byteLength(word)}:`).update(word);
    return hmac.digest();
  };
  const personOf = (person: Person): Buffer => mac('person', callerKey(person));
  const digestOf = (person: Person, { clientId, place, resource }: Consented): Buffer =>
    mac('consent', callerKey(person), clientId, place, resource);
  const clientOf = ({ metadataDigest }: Consented): Buffer => mac('client', metadataDigest);
  const idOf = (digest: Uint8Array): string => Buffer.from(digest).toString('hex').slice(0, 32);

  return {
    isGiven(person, consented) {
      const row = store.find(digestOf(person, consented));
      return row !== undefined && row.endsAtMs > clock() && clientOf(consented).equals(row.client);
    },
    async give(person, consented) {
      const digest = digestOf(person, consented);
      const { clientId, clientName, place, resource, metadataDigest } = consented;
      const nowMs = clock();
      const sealed = seal.seal(
        JSON.stringify([clientId, clientName, place, resource, metadataDigest]),
        digest.toString('hex'),
      );
      await store.put({
        digest,
        person: personOf(person),
        client: clientOf(consented),
        sealed,
        givenAtMs: nowMs,
        endsAtMs: nowMs + limits.consentMs,
      });
    },
    of: (person) =>
      store.of(personOf(person)).flatMap((row): readonly Consent[] => {
        const consented = opened(seal, row);
        if (consented === undefined || row.endsAtMs <= clock()) return [];
        return [{ ...consented, id: idOf(row.digest), givenAtMs: row.givenAtMs }];
      }),
    async forget(person, id) {
      const row = store.of(personOf(person)).find(({ digest }) => idOf(digest) === id);
      if (row !== undefined) await store.remove(row.digest);
      return row !== undefined;
    },
  };
}

/** Undefined: sealed with a key that is gone. */
function opened(seal: Seal, { digest, sealed }: ConsentRow): Consented | undefined {
  const text = seal.open(sealed, Buffer.from(digest).toString('hex'));
  if (text === undefined) return undefined;
  const [clientId = '', clientName = '', place = '', resource = '', metadataDigest = ''] = JSON.parse(
    text,
  ) as readonly string[];
  return { clientId, clientName, place, resource, metadataDigest };
}
