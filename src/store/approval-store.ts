/** Approvals in `state.db`: sealed and opened here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import { HOLD_DEFAULTS } from '#approvals/approval.ts';
import type { Approval, ApprovalRequest, ApprovalStore } from '#approvals/approval.ts';
import type { ApprovalKeys } from '#approvals/approval-keys.ts';
import { endOf } from '#approvals/transitions.ts';
import type { Limits } from '#limits.ts';
import type { ApprovalWriterSettings } from '#store/approval-messages.ts';
import { openApprovalTable } from '#store/approval-table.ts';
import type {
  ApprovalRow,
  ApprovalTableLimits,
  ApprovalWrite,
  ApprovalWritten,
  StoredApproval,
} from '#store/approval-table.ts';
import { WriterThread } from '#store/writer-thread.ts';

export type ApprovalStoreOptions = {
  readonly path: string;
  readonly limits: ApprovalTableLimits & Pick<Limits, 'approvalWritesWaiting' | 'approvalWriteMs'>;
  readonly keys: ApprovalKeys;
  /** For tests: another thread that speaks as approvals.worker.ts does. */
  readonly startThread?: (settings: ApprovalWriterSettings) => Worker;
};

const writerThread = (settings: ApprovalWriterSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/approvals.worker.ts')), { workerData: settings });

/** Throws when the file cannot be used. */
export function openApprovalStore(options: ApprovalStoreOptions): ApprovalStore {
  const { path, limits, keys, startThread = writerThread } = options;
  const table = openApprovalTable(path, limits);
  const writer = new WriterThread<ApprovalWrite, ApprovalWritten>({
    start: () => startThread({ path, limits }),
    waiting: limits.approvalWritesWaiting,
    together: limits.approvalWritesWaiting,
    writeMs: limits.approvalWriteMs,
  });
  /** Undefined when it was not to be. */
  const write = async (change: ApprovalWrite): Promise<Exclude<ApprovalWritten, string> | undefined> => {
    const written = await writer.write(change);
    if (typeof written === 'string') return undefined;
    table.saw(written.revision);
    return written;
  };
  const rowOf = (approval: Omit<Approval, 'revision'>): ApprovalRow => {
    const { id, fingerprint, toolPrint, requester, state, askedMs } = approval;
    const dueMs = endOf(approval);
    return {
      id,
      fingerprint,
      toolPrint,
      requester: keys.requesterDigest(requester),
      state,
      askedMs,
      dueMs,
      sealed: keys.seal(approval),
    };
  };
  const opened = (row: StoredApproval): Approval => {
    const { id, fingerprint, toolPrint, revision } = row;
    const sealed = keys.open(id, row, row.sealed);
    // What it is looked up by is not sealed: somebody may have written there.
    if (sealed.id !== id || sealed.state !== row.state) throw new Error('an approval was altered in the store');
    // What is undefined is not in the seal, and what came later is not in an old one.
    const { scope, usableUntilMs, statement } = sealed;
    const terms = { ...HOLD_DEFAULTS, ...sealed.terms };
    const flood = row.flood === undefined ? {} : { flood: row.flood };
    return { ...sealed, ...flood, terms, statement, scope, usableUntilMs, fingerprint, toolPrint, revision };
  };
  return {
    matching: (fingerprint, toolPrint) => table.matching(fingerprint, toolPrint).map(opened),
    find(id) {
      const row = table.find(id);
      return row === undefined ? undefined : opened(row);
    },
    list: (states, limit) => table.list(states, limit).map(opened),
    lastRevision: () => table.lastRevision(),
    due: (nowMs) => table.due(nowMs, limits.approvalsDropped).map(opened),
    changedAfter: (revision, limit = Number.MAX_SAFE_INTEGER) => table.changedAfter(revision, limit).map(opened),
    countWaiting: () => table.countWaiting(),
    countPending: (requester) => table.countPending(keys.requesterDigest(requester)),
    async create(request: ApprovalRequest) {
      const approval = {
        ...request,
        state: 'pending',
        votes: [],
        statement: undefined,
        scope: undefined,
        usableUntilMs: undefined,
      } as const;
      const rule = keys.ruleDigest(request.terms.rule);
      const written = await write({ create: rowOf(approval), rule, nowMs: request.askedMs });
      if (written === undefined) return 'full';
      const { revision, flood } = written;
      return { ...approval, ...(flood === undefined ? {} : { flood }), revision };
    },
    async replace(before, after) {
      const written = await write({ replace: rowOf(after), revision: before.revision });
      return written === undefined ? undefined : { ...after, revision: written.revision };
    },
    books: () => table.books(),
    async noteBook(book) {
      await write({ book });
    },
    async close() {
      table.close();
      await writer.close();
    },
  };
}
