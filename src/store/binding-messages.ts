/** What is said between the gateway's thread and the one that writes bindings. */
import type { BindingWrite, WriteOutcome } from '#bindings/binding.ts';
import type { BindingTableLimits } from '#store/binding-table.ts';

export type WriterSettings = { readonly path: string; readonly limits: BindingTableLimits };

/** One batch; the next is sent when it is answered. */
export type ToWriter = { readonly writes: readonly BindingWrite[] };
export type FromWriter = { readonly outcomes: readonly WriteOutcome[] } | { readonly failed: string };
