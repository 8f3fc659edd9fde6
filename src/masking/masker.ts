/**
 * The masking seam: what of a message is sent, what is stored, and what was found. It makes the only `Masked` values
 * there are, and fails closed: whatever goes wrong inside, nothing comes out.
 *
 * Always, in both directions and both copies: the caller's token and the connection's credential (P5). Always in the
 * stored copy, and where `inline` says SECRET also in the sent one: values under the names of secrets. What detectors find
 * is masked in the stored copy by `store` and `inline`, in the sent one by `inline`.
 */
import type { RecordHeader } from '#events/header.ts';
import { createDigests } from '#masking/carriers/digest.ts';
import { mediaPolicy, type MediaRules } from '#masking/carriers/media.ts';
import { isPlainWord, maskDescribed } from '#masking/described.ts';
import { createFieldNames } from '#masking/field-names.ts';
import { FindingNotes } from '#masking/finding-notes.ts';
import { unescapedText } from '#masking/json-text.ts';
import type { Texts } from '#masking/leaf-mask.ts';
import { MaskWalk } from '#masking/mask-walk.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import type { Detector } from '#masking/engine/detector.ts';
import { createEngine } from '#masking/engine/engine.ts';
import { DEFAULT_ENTITIES } from '#masking/engine/entities.ts';
import { createKeyMeanings } from '#masking/engine/place.ts';
import { PlaceTrail } from '#masking/place-trail.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import type { Finding, Masked, MaskFlag } from '#masking/masked.ts';
import { createOperator, type OperatorName } from '#masking/operators.ts';
import { createSecretSets, SecretSet } from '#masking/secret-set.ts';
import { splice, spliceText } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type { SecretSet } from '#masking/secret-set.ts';

/** Entity names, or those that nobody has to ask for. */
export type DetectorList = 'default' | readonly string[];

/** `masking` of gatebook.yaml, and what the composition root adds. */
export type MaskerSettings = {
  /** 32 bytes, the same for the life of a deployment: what tokens are made with. */
  readonly key: Uint8Array;
  readonly store: {
    readonly operator: OperatorName;
    readonly fields: readonly string[];
    /** What is looked for; undefined: only names of fields and known secrets. */
    readonly detectors?: DetectorList;
  };
  readonly inline?:
    | {
        readonly detectors: DetectorList;
        readonly operator: OperatorName;
        /** Names, or `*` for all. */
        readonly connections: readonly string[];
      }
    | undefined;
  /** What becomes of what is no text, in each copy. */
  readonly media?: { readonly send?: Partial<MediaRules>; readonly store?: Partial<MediaRules> } | undefined;
  /** What becomes of a message for its caller that cannot be looked at to its end: refused, or the rest masked as a whole. */
  readonly overBudget?: 'block' | 'mask' | undefined;
  /** How much work one message may be; see engine/budget.ts. */
  readonly work?: number;
  /** Further ones: locale packs, patterns of the operator. */
  readonly detectors?: readonly Detector[];
};

export type MaskContext = {
  readonly direction: 'request' | 'response';
  readonly connection: string;
  /** Of the call the message belongs to; '' for a response of the client. */
  readonly method: string;
  readonly secrets: SecretSet;
};

export type MaskedMessage = {
  /** What goes on its way: `doc.bytes` itself when nothing in it had to change. */
  readonly send: Buffer;
  /** What is recorded; never looser than `send`. */
  readonly stored: Masked<Buffer>;
  /** What was replaced in `stored`. */
  readonly findings: readonly Finding[];
  /** What was replaced in `send`. */
  readonly inlineFindings: readonly Finding[];
  readonly flags: readonly MaskFlag[];
};

/** `reason` is a fixed word, or the name of the exception; free of content. */
export type MaskFault = { readonly code: 'masking_failed'; readonly reason: string };

/** Settings without what cannot go to another thread. */
export type PlainMaskerSettings = Omit<MaskerSettings, 'detectors'>;

/** Whoever masks large messages elsewhere, so that no other call waits for them. */
export type MaskAside = {
  /** Larger messages go there. */
  readonly hereBytes: number;
  /** As `maskMessage` with the settings of the masker, whatever happens to the thread. `owner`: whose message it is. */
  mask(bytes: Buffer, context: MaskContext, owner: string): Promise<Result<MaskedMessage, MaskFault>>;
};

export type Masker = {
  /** The values that must not pass in either direction. Secrets under 8 bytes cannot be searched for and are left out. */
  secretsOf(secrets: readonly string[]): SecretSet;
  /** Here and now, however long it takes. */
  maskMessage(doc: JsonDocument, context: MaskContext): Result<MaskedMessage, MaskFault>;
  /** A large one elsewhere, where there is such a place; `owner` is whose message it is. Others cost no turn of the event loop. */
  maskAnySize(
    doc: JsonDocument,
    context: MaskContext,
    owner: string,
  ): Result<MaskedMessage, MaskFault> | Promise<Result<MaskedMessage, MaskFault>>;
  /** The header as JSON text, exact secrets replaced, every string cut to `nameChars`. */
  maskHeader(header: RecordHeader, secrets: SecretSet | undefined): Masked<string>;
  /** Any text (a line of stderr, a header's value) with exact secrets replaced. */
  maskText(text: string, secrets: SecretSet): Masked<string>;
  /** Any text as it may be stored or logged: what detectors find is replaced too. Nothing of one that cannot be masked. */
  maskStoredText(text: string, secrets: SecretSet): Masked<string>;
  /** Any text as it may go on its way through a connection. Nothing of one that cannot be masked. */
  maskSentText(text: string, connection: string, secrets: SecretSet): string;
};

const NO_TYPES: ReadonlySet<string> = new Set();
const CUT_MARK = '…';

const masked = <T>(value: T): Masked<T> => value as Masked<T>;

/** The class of an exception says enough; its message may quote what was being masked. */
const faultOf = (cause: unknown): MaskFault => ({
  code: 'masking_failed',
  reason: cause instanceof Error && /^[A-Za-z]{1,40}$/.test(cause.name) ? cause.name : 'exception',
});

const typesOf = (list: DetectorList | undefined): ReadonlySet<string> =>
  list === 'default' ? new Set(DEFAULT_ENTITIES) : new Set(list);

/** What `store` and `inline` want found, by one engine. */
function detectionOf({ store, detectors }: MaskerSettings, types: ReadonlySet<string>): WalkRules['detection'] {
  if (store.detectors === undefined && detectors === undefined) return undefined;
  const engine = createEngine({ types, ...(detectors === undefined ? {} : { detectors }) });
  return { engine, trail: new PlaceTrail(createKeyMeanings()) };
}

const freshNotes = (work?: number): WalkNotes => ({
  stored: new FindingNotes(),
  inline: new FindingNotes(),
  isOverBudget: false,
  tokensLeft: LIMITS.tokensPerMessage,
  tokens: new Map(),
  budget: new ScanBudget(work),
});

/** In the place of a text that could not be masked. */
const NOTHING_LEFT = '[SECRET]';
/** No connection is called so. */
const NOWHERE = '';
const OVER_BUDGET: MaskFault = { code: 'masking_failed', reason: 'over_budget' };

export function createMasker(settings: MaskerSettings, aside?: MaskAside): Masker {
  const { inline, overBudget = 'block', work } = settings;
  const store = createOperator(settings.store.operator, settings.key);
  const inlineOperator = inline === undefined ? store : createOperator(inline.operator, settings.key);
  const inlineTypes = typesOf(inline?.detectors);
  // never looser than the caller's copy, whatever the lists say
  const further = settings.detectors?.flatMap(({ types }) => types) ?? [];
  const storeTypes: ReadonlySet<string> = new Set([...typesOf(settings.store.detectors), ...inlineTypes, ...further]);
  const detection = detectionOf(settings, storeTypes);
  const media = mediaPolicy(settings.media?.send ?? {}, settings.media?.store ?? {});
  const digests = createDigests(settings.key);
  const inlineConnections = new Set(inline?.connections);
  const isSecretField = createFieldNames(settings.store.fields);
  const secretsOf = createSecretSets();

  const rulesFor = (connection: string, secrets: SecretSet): WalkRules => {
    const isInline = inlineConnections.has('*') || inlineConnections.has(connection);
    return {
      isSecretField,
      detection,
      secrets,
      store,
      storeTypes,
      media,
      digests,
      inline: { operator: inlineOperator, types: isInline ? inlineTypes : NO_TYPES },
    };
  };

  const maskMessage = (doc: JsonDocument, { connection, secrets }: MaskContext): Result<MaskedMessage, MaskFault> => {
    const notes = freshNotes(work);
    const present = secrets.presentIn(unescapedText(doc.text, [doc.root]));
    const walk = new MaskWalk(doc.text, rulesFor(connection, secrets), notes, present);
    walk.walk(doc.root);
    if (notes.isSentOverBudget === true && overBudget === 'block') return err(OVER_BUDGET);
    const flags: MaskFlag[] = [];
    if (notes.isOverBudget) flags.push('budget');
    if (notes.stored.isTruncated || notes.inline.isTruncated) flags.push('truncated');
    return ok({
      send: splice(doc, walk.sentEdits),
      stored: masked(splice(doc, walk.storedEdits)),
      findings: notes.stored.findings(),
      inlineFindings: notes.inline.findings(),
      flags,
    });
  };

  const maskText = (text: string, secrets: SecretSet): string => {
    const hits = secrets.find(text);
    if (hits.length === 0) return text;
    return spliceText(
      text,
      hits.map(({ start, end, secret }) => ({ start, end, text: store('SECRET', secret) })),
    );
  };

  const maskFully = (text: string, connection: string, secrets: SecretSet): Texts => {
    if (isPlainWord(text) && secrets.isEmpty) return { stored: text, sent: text };
    try {
      const walk = new MaskWalk(text, rulesFor(connection, secrets), freshNotes(), secrets.presentIn(text));
      return isPlainWord(text) ? walk.maskExact(text) : walk.maskText(text);
    } catch {
      return { stored: NOTHING_LEFT, sent: NOTHING_LEFT };
    }
  };

  const maskHeaderString = (value: string, secrets: SecretSet | undefined): string => {
    const wellFormed = value.toWellFormed();
    // masked before it is cut: half a secret would not be found
    const text = secrets === undefined ? wellFormed : maskText(wellFormed, secrets);
    return text.length <= LIMITS.nameChars ? text : `${text.slice(0, LIMITS.nameChars).toWellFormed()}${CUT_MARK}`;
  };

  const maskHere: Masker['maskMessage'] = (doc, context) => {
    try {
      return maskMessage(doc, context);
    } catch (cause) {
      return err(faultOf(cause));
    }
  };

  return {
    secretsOf,
    maskMessage: maskHere,
    maskAnySize: (doc, context, owner) =>
      aside !== undefined && doc.bytes.length > aside.hereBytes
        ? aside.mask(doc.bytes, context, owner)
        : maskHere(doc, context),
    maskHeader(raw, secrets = SecretSet.EMPTY) {
      const header = maskDescribed(raw, (word) => maskFully(word, NOWHERE, secrets).stored);
      const text = JSON.stringify(header);
      const isPlain = text.length <= LIMITS.nameChars && !text.includes('\\');
      if (isPlain && secrets.presentIn(text).isEmpty) return masked(text);
      return masked(
        JSON.stringify(header, (_key, value: unknown) =>
          typeof value === 'string' ? maskHeaderString(value, secrets) : value,
        ),
      );
    },
    maskText: (text, secrets) => masked(maskText(text, secrets)),
    maskStoredText: (text, secrets) => masked(maskFully(text, NOWHERE, secrets).stored),
    maskSentText: (text, connection, secrets) => maskFully(text, connection, secrets).sent,
  };
}
