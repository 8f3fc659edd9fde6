/** A filter as read: attributes known, values of the right type, nesting bounded. Plain data between parser and compiler. */
import type { Attribute } from '#events/filter/attributes.ts';

export const COMPARISONS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type FilterValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'number'; readonly value: number }
  /** Unix ms. */
  | { readonly type: 'time'; readonly value: number }
  | { readonly type: 'record'; readonly shard: string; readonly n: number };

export type Filter =
  | { readonly op: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly op: 'not'; readonly term: Filter }
  | { readonly op: 'pr'; readonly attribute: Attribute }
  | {
      readonly op: 'compare';
      readonly attribute: Attribute;
      readonly comparison: Comparison;
      readonly value: FilterValue;
    };

/** Why a filter cannot be read: where (UTF-16 offset, from 0), and what would be right there. */
export type FilterFault = { readonly offset: number; readonly expected: string; readonly message: string };
