/** What is said between the gateway's thread and the one that writes approvals. */
import type { ApprovalTableLimits, ApprovalWrite, ApprovalWritten } from '#store/approval-table.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type ApprovalWriterSettings = { readonly path: string; readonly limits: ApprovalTableLimits };

export type ToApprovals = ToWriter<ApprovalWrite>;
export type FromApprovals = FromWriter<ApprovalWritten>;
