/**
 * The secrets of one call (the caller's token, the injected credential) ready to be searched for, and the search.
 * A set shows its secrets to nobody: not in a log line, not in JSON, not in an error.
 */
import { secretDigest, secretForms, type SecretForm } from '#masking/secret-forms.ts';

/** Where a secret stands in a text, and which one. */
export type SecretHit = { readonly start: number; readonly end: number; readonly secret: string };

type Needle = SecretForm & { readonly secret: string };

/** A set on its way to another thread of this process, in memory: nothing else may hold one. */
export type SecretNeedles = readonly Needle[];

/** Forms are kept this many secrets long: connections' credentials for ever, callers' tokens while they are used. */
const CACHE_ENTRIES_MAX = 1_024;

/** Sets kept whole, a few kilobytes each. */
const RECENT_SETS_MAX = 256;

const BASE64_CHARS = new Set(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=', 'latin1'),
);

export class SecretSet {
  readonly #needles: readonly Needle[];

  private constructor(needles: readonly Needle[]) {
    this.#needles = needles;
  }

  /** Nothing to look for. */
  static readonly EMPTY: SecretSet = new SecretSet([]);

  static fromForms(secrets: readonly { readonly secret: string; readonly forms: readonly SecretForm[] }[]): SecretSet {
    return new SecretSet(secrets.flatMap(({ secret, forms }) => forms.map((form) => ({ ...form, secret }))));
  }

  static fromThread(needles: SecretNeedles): SecretSet {
    return needles.length === 0 ? SecretSet.EMPTY : new SecretSet(needles);
  }

  forThread(): SecretNeedles {
    return this.#needles;
  }

  get isEmpty(): boolean {
    return this.#needles.length === 0;
  }

  /** The cheap question first: only what occurs in the whole text has to be looked for in its parts. */
  presentIn(text: string): SecretSet {
    const present = this.#needles.filter((needle) => text.includes(needle.text));
    return present.length === 0 ? SecretSet.EMPTY : new SecretSet(present);
  }

  /** Every occurrence, in order; overlapping ones are joined. Time is linear in the text for each form of a secret. */
  find(text: string): SecretHit[] {
    const hits: SecretHit[] = [];
    for (const { text: needle, isBase64, secret } of this.#needles) {
      let floor = 0;
      for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, floor)) {
        let start = at;
        let end = at + needle.length;
        if (isBase64) {
          while (start > floor && BASE64_CHARS.has(text.charCodeAt(start - 1))) start--;
          while (end < text.length && BASE64_CHARS.has(text.charCodeAt(end))) end++;
        }
        hits.push({ start, end, secret });
        floor = end;
      }
    }
    return joined(hits);
  }
}

function joined(hits: SecretHit[]): SecretHit[] {
  if (hits.length <= 1) return hits;
  const result: SecretHit[] = [];
  for (const hit of hits.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || hit.start >= last.end) result.push(hit);
    else if (hit.end > last.end) result[result.length - 1] = { ...last, end: hit.end };
  }
  return result;
}

/** Makes sets, computing the forms of a secret once. The cache finds them by digest. */
export function createSecretSets(): (secrets: readonly string[]) => SecretSet {
  const cache = new Map<string, readonly SecretForm[]>();
  const formsOf = (secret: string): readonly SecretForm[] => {
    const digest = secretDigest(secret);
    const known = cache.get(digest);
    if (known !== undefined) {
      cache.delete(digest);
      cache.set(digest, known);
      return known;
    }
    const forms = secretForms(secret);
    const [oldest] = cache.keys();
    if (cache.size >= CACHE_ENTRIES_MAX && oldest !== undefined) cache.delete(oldest);
    cache.set(digest, forms);
    return forms;
  };
  const make = (secrets: readonly string[]): SecretSet =>
    SecretSet.fromForms([...new Set(secrets)].map((secret) => ({ secret, forms: formsOf(secret) })));

  // Callers come again with the token they came with: nearly every call finds its set as it was.
  const recent = new Map<string, { readonly secrets: readonly string[]; readonly set: SecretSet }>();
  return (secrets) => {
    const [first = ''] = secrets;
    const known = recent.get(first);
    if (known !== undefined && sameTexts(known.secrets, secrets)) return known.set;
    if (recent.size >= RECENT_SETS_MAX) recent.clear();
    const set = make(secrets);
    recent.set(first, { secrets: [...secrets], set });
    return set;
  };
}

const sameTexts = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, at) => text === other[at]);
