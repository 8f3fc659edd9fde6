/**
 * The masking seam: what of a message is sent, what is stored, and what was found. It makes the only `Masked` values
 * there are, and fails closed: whatever goes wrong inside, nothing comes out.
 *
 * Always, in both directions and both copies: the caller's token and the connection's credential (P5). Always in the
 * stored copy, and where `inline` says SECRET also in the sent one: values under the names of secrets. What detectors find
 * is masked in the stored copy by `store` and `inline`, in the sent one by `inline`.
 */
import type { RecordHeader } from '#events/header.ts';
import { compileMasking } from '#masking/compile-masking.ts';
import { isPlainWord, maskDescribed } from '#masking/described.ts';
import { senderOf } from '#masking/envelope-places.ts';
import { FindingNotes } from '#masking/finding-notes.ts';
import { unescapedText } from '#masking/json-text.ts';
import type { Texts } from '#masking/leaf-mask.ts';
import { MaskWalk } from '#masking/mask-walk.ts';
import { ScanBudget } from '#masking/engine/budget.ts';
import type { WalkNotes, WalkRules } from '#masking/walk-rules.ts';
import type { Finding, Masked, MaskFlag } from '#masking/masked.ts';
import type { MaskerSettings } from '#masking/masking-settings.ts';
import type { Situation } from '#masking/plan-rule.ts';
import { createSecretSets, SecretSet } from '#masking/secret-set.ts';
import { splice, spliceText } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type { SecretSet } from '#masking/secret-set.ts';
export type { MaskerSettings } from '#masking/masking-settings.ts';

export type MaskContext = Situation & { readonly secrets: SecretSet };

export type MaskedMessage = {
  /** What goes on its way: `doc.bytes` itself when nothing in it had to change. */
  readonly send: Buffer;
  /** What is recorded; never looser than `send`. */
  readonly stored: Masked<Buffer>;
  /** What was replaced, in `stored`, in `send` or in both. */
  readonly findings: readonly Finding[];
  /** Something was found with which the message may not pass; then nothing of it is kept either. */
  readonly isBlocked: boolean;
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
  mask(
    bytes: Buffer,
    context: MaskContext,
    owner: string,
    unwanted?: AbortSignal,
  ): Promise<Result<MaskedMessage, MaskFault>>;
};

/** The reason of a message that nobody wants any more. */
export const UNWANTED = 'unwanted';

export type Masker = {
  /** The values that must not pass in either direction. Secrets under 8 bytes cannot be searched for and are left out. */
  secretsOf(secrets: readonly string[]): SecretSet;
  /** Here and now, however long it takes. */
  maskMessage(doc: JsonDocument, context: MaskContext): Result<MaskedMessage, MaskFault>;
  /**
   * A large one elsewhere, where there is such a place; `owner` is whose message it is. Others cost no turn of the event loop.
   * `unwanted`: it need not be masked any more; while it waits it then fails with the reason `UNWANTED`.
   */
  maskAnySize(
    doc: JsonDocument,
    context: MaskContext,
    owner: string,
    unwanted?: AbortSignal,
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

/** A header or a line of a log is masked here and now, and there are few. */
const TEXT_PATTERN_WORK = 10 * LIMITS.customPatternWorkHere;
const CUT_MARK = '…';

const masked = <T>(value: T): Masked<T> => value as Masked<T>;

/** The class of an exception says enough; its message may quote what was being masked. */
const faultOf = (cause: unknown): MaskFault => ({
  code: 'masking_failed',
  reason: cause instanceof Error && /^[A-Za-z]{1,40}$/.test(cause.name) ? cause.name : 'exception',
});

const freshNotes = (work?: number, patterns?: number): WalkNotes => ({
  findings: new FindingNotes(),
  isBlocked: false,
  isOverBudget: false,
  tokensLeft: LIMITS.tokensPerMessage,
  tokens: new Map(),
  budget: new ScanBudget(work, undefined, patterns),
});

/** In the place of a text that could not be masked. */
const NOTHING_LEFT = '[SECRET]';
/** No connection is called so. */
const NOWHERE = '';
const OVER_BUDGET: MaskFault = { code: 'masking_failed', reason: 'over_budget' };
/** Where there is a thread for it, the message goes there. */
const TOO_MUCH_HERE: MaskFault = { code: 'masking_failed', reason: 'over_budget' };

export function createMasker(settings: MaskerSettings, aside?: MaskAside): Masker {
  const { overBudget = 'block', work } = settings;
  const { plan, ...rules } = compileMasking(settings);
  const secretsOf = createSecretSets();
  // an operator's patterns look at everything
  const isHarmless = rules.detection?.hasPatterns === true ? (word: string) => word === '' : isPlainWord;
  const rulesFor = ({ secrets, ...situation }: MaskContext): WalkRules => ({
    ...rules,
    secrets,
    from: senderOf(situation.direction),
    plan: plan.forMessage(situation),
  });

  /** `patternWork`: of the operator's own patterns. */
  const maskMessage = (
    doc: JsonDocument,
    context: MaskContext,
    patternWork?: number,
  ): Result<MaskedMessage, MaskFault> => {
    const { secrets } = context;
    const notes = freshNotes(work, patternWork);
    const present = secrets.isEmpty ? secrets : secrets.presentIn(unescapedText(doc.text, [doc.root]));
    const walk = new MaskWalk(doc.text, rulesFor(context), notes, present);
    walk.walk(doc.root);
    if (notes.budget.isExhaustedByPatterns) return err(TOO_MUCH_HERE);
    if (notes.isSentOverBudget === true && overBudget === 'block') return err(OVER_BUDGET);
    const flags: MaskFlag[] = [];
    if (notes.isOverBudget) flags.push('budget');
    if (notes.findings.isTruncated) flags.push('truncated');
    return ok({
      send: splice(doc, walk.sentEdits),
      stored: masked(splice(doc, walk.storedEdits)),
      findings: notes.findings.findings(),
      isBlocked: notes.isBlocked,
      flags,
    });
  };

  const maskText = (text: string, secrets: SecretSet): string => {
    const hits = secrets.find(text);
    if (hits.length === 0) return text;
    return spliceText(
      text,
      hits.map(({ start, end, secret }) => ({ start, end, text: rules.forSecrets.put('SECRET', secret) })),
    );
  };

  const maskFully = (text: string, connection: string, secrets: SecretSet): Texts => {
    if (isHarmless(text) && secrets.isEmpty) return { stored: text, sent: text };
    try {
      const context = { connection, direction: 'request', method: '', secrets } as const;
      const walk = new MaskWalk(
        text,
        rulesFor(context),
        freshNotes(undefined, TEXT_PATTERN_WORK),
        secrets.presentIn(text),
      );
      return isHarmless(text) ? walk.maskExact(text) : walk.maskText(text);
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

  const maskHere: typeof maskMessage = (doc, context, patternWork) => {
    try {
      return maskMessage(doc, context, patternWork);
    } catch (cause) {
      return err(faultOf(cause));
    }
  };

  return {
    secretsOf,
    maskMessage: (doc, context) => maskHere(doc, context),
    maskAnySize(doc, context, owner, unwanted) {
      if (aside === undefined) return maskHere(doc, context);
      if (doc.bytes.length > aside.hereBytes) return aside.mask(doc.bytes, context, owner, unwanted);
      const here = maskHere(doc, context, LIMITS.customPatternWorkHere);
      return here.ok || here.error !== TOO_MUCH_HERE ? here : aside.mask(doc.bytes, context, owner, unwanted);
    },
    maskHeader(raw, secrets = SecretSet.EMPTY) {
      const header = maskDescribed(raw, (word) => maskFully(word, NOWHERE, secrets).stored, isHarmless);
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
