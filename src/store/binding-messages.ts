/** What is said between the gateway's thread and the one that writes bindings. */
import type { BindingWrite, WriteOutcome } from '#bindings/binding.ts';
import type { BindingTableLimits } from '#store/binding-table.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type WriterSettings = { readonly path: string; readonly limits: BindingTableLimits };

export type ToBindings = ToWriter<BindingWrite>;
export type FromBindings = FromWriter<WriteOutcome>;
