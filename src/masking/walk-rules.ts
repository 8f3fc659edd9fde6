/** What a walk over a message masks, and what it notes on its way. */
import type { Digests } from '#masking/carriers/digest.ts';
import type { MediaPolicy } from '#masking/carriers/media.ts';
import type { ScanBudget } from '#masking/engine/budget.ts';
import type { Engine } from '#masking/engine/engine.ts';
import type { MessageSender } from '#masking/envelope-places.ts';
import type { FindingNotes } from '#masking/finding-notes.ts';
import type { IsSecretField } from '#masking/field-names.ts';
import type { Operator } from '#masking/operators/operator.ts';
import type { Placeholders } from '#masking/operators/placeholders.ts';
import type { MessagePlan } from '#masking/plan-message.ts';
import type { PlaceTrail } from '#masking/place-trail.ts';
import type { SecretSet } from '#masking/secret-set.ts';
import type { SpanNotes } from '#masking/span-notes.ts';

export type Detection = {
  readonly engine: Engine;
  readonly trail: PlaceTrail;
  /** An operator's patterns may find something where no built-in detector would: short numbers, plain names. */
  readonly hasPatterns: boolean;
};

export type WalkRules = {
  readonly isSecretField: IsSecretField;
  /** Undefined: only names of fields and known secrets count. */
  readonly detection: Detection | undefined;
  readonly secrets: SecretSet;
  /** For exact secrets in both copies, and wherever a secret may not stay: one value, one token. */
  readonly forSecrets: Operator;
  /** Which operator takes the place of what. */
  readonly plan: MessagePlan;
  readonly placeholders: Placeholders;
  /** Who sent the message; undefined: it is none. */
  readonly from?: MessageSender;
  /** It is no message of MCP, so nothing in it has to stay. */
  readonly dropsAnywhere?: boolean;
  readonly media: MediaPolicy;
  /** For what nobody looks into. */
  readonly digests: Digests;
};

export type WalkNotes = {
  readonly findings: FindingNotes;
  /** Something was found with which the message may not pass. */
  isBlocked: boolean;
  /** Something could not be looked into, or not be given a token, within its bounds. */
  isOverBudget: boolean;
  /** Some of that is a text which the caller's copy would have had masked in parts. */
  isSentOverBudget?: boolean;
  /** Tokens cost a keyed hash each; after so many a message gets plain placeholders. */
  tokensLeft: number;
  /** Tokens of exact secrets already made for this message. */
  readonly tokens: Map<string, string>;
  /** Of detection, for the whole message. */
  readonly budget: ScanBudget;
  /** For whoever tries masking out and wants to see where. */
  readonly spans?: SpanNotes;
};
