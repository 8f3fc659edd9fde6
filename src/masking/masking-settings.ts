/** What masking is made from: `masking` of gatebook.yaml with its names resolved, and the keys. */
import type { CustomPattern } from '#masking/custom-patterns.ts';
import type { Detector } from '#masking/engine/detector.ts';
import type { MediaRules } from '#masking/carriers/media.ts';
import type { OperatorChoice } from '#masking/operators/choice.ts';
import type { PlanRule } from '#masking/plan-rule.ts';

/** Entity names, or those that nobody has to ask for. */
export type DetectorList = 'default' | readonly string[];

/** Plain, so that it can go to another thread. */
export type RuleSettings = Omit<PlanRule<OperatorChoice>, 'calls'> & {
  /** Names of tools, `*` for any run of characters. */
  readonly tools?: readonly string[];
  /** As in levels: `method` or `method:name`. */
  readonly names?: readonly string[];
};

export type MaskerSettings = {
  /** 32 bytes, the same for the life of a deployment: what `k1` is. */
  readonly key: Uint8Array;
  /** `k2`, `k3`, …: the one with the highest number makes tokens. */
  readonly furtherKeys?: ReadonlyMap<string, Uint8Array>;
  readonly store: {
    readonly operator: OperatorChoice;
    readonly fields: readonly string[];
    /** What is looked for; undefined: only names of fields and known secrets. */
    readonly detectors?: DetectorList;
  };
  readonly inline?:
    | {
        readonly detectors: DetectorList;
        readonly operator: OperatorChoice;
        /** Names, or `*` for all. */
        readonly connections: readonly string[];
      }
    | undefined;
  /** In order; the first that matches a finding decides. */
  readonly rules?: readonly RuleSettings[];
  /** What becomes of what is no text, in each copy. */
  readonly media?: { readonly send?: Partial<MediaRules>; readonly store?: Partial<MediaRules> } | undefined;
  /** What becomes of a message for its caller that cannot be looked at to its end: refused, or the rest masked as a whole. */
  readonly overBudget?: 'block' | 'mask' | undefined;
  /** How much work one message may be; see engine/budget.ts. */
  readonly work?: number;
  /** Of the operator; checked when they were configured. */
  readonly patterns?: readonly CustomPattern[];
  /** Further ones: locale packs. */
  readonly detectors?: readonly Detector[];
};
