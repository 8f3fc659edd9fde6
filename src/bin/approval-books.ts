/**
 * Holds the state of approvals against the book of this process at its start, and notes from then on how far the state
 * knows it, so that the next start reads no more than what came since. Until every process of the gateway has done so nothing
 * is granted: what one of them used up is in its own book alone.
 */
import type { ApprovalStore, BookRead } from '#approvals/approval.ts';
import { toldWith } from '#approvals/book-facts.ts';
import type { Told, ToldRecord } from '#approvals/book-facts.ts';
import { reconcile } from '#approvals/reconcile.ts';
import type { ReconcileParts } from '#approvals/reconcile.ts';
import type { RecordHeader } from '#events/header.ts';
import type { Log } from '#gateway/gateway.ts';
import type { LedgerPort, Watermark } from '#ledger/port.ts';
import { LOG_START } from '#ledger/reader.ts';
import type { LedgerReader, ReadPosition, StoredRecord } from '#ledger/reader.ts';
import type { Leaf } from '#ledger/record.ts';
import type { Limits } from '#limits.ts';

/** Those that can tell of an approval's use or end. */
export const tellsOfApprovals = ({ kind, st }: Leaf): boolean =>
  kind === 'intent' || (kind === 'control' && st.startsWith('approval_'));

export type BookLimits = Pick<
  Limits,
  'approvalBookRecords' | 'approvalBookMs' | 'approvalBookRecordsMax' | 'approvalBookWaitMs'
>;

export type ApprovalBooksParts = Omit<ReconcileParts, 'store'> & {
  readonly store: ApprovalStore;
  readonly ledger: Pick<LedgerPort, 'shard' | 'watermark'>;
  /** Of this book, with its keys. */
  readonly reader: LedgerReader;
  /** Books that no process of this gateway writes any more, by shard; read by the one that gets them. */
  readonly leftOver: () => Promise<ReadonlyMap<string, LedgerReader>>;
  /** This start of the whole gateway. */
  readonly run: string;
  /** Of every process of the gateway. */
  readonly shards: readonly string[];
  readonly monotonic: () => number;
  readonly limits: BookLimits;
  readonly log: Log;
};

export type ApprovalBooks = {
  /** Whether what is kept agrees with all books, so that something may be granted. Throws when that cannot be read. */
  areRead(): boolean;
  /** Never throws: what fails is tried again with `follow`. */
  start(): Promise<void>;
  /** Notes how far the book is known, now and then. Never throws. */
  follow(): Promise<void>;
  /** The last note. Never throws. */
  stop(): Promise<void>;
};

const PAGE_RECORDS = 1_000;
const LOOK_MS = 5;

/** Undefined when it tells of no approval; `unknown` when nobody can say any more what it tells. */
function toldBy({ leaf, header: text }: StoredRecord): ToldRecord | 'unknown' | undefined {
  if (!tellsOfApprovals(leaf)) return undefined;
  if (text === null) return 'unknown';
  const { caller, decision, detail } = JSON.parse(text) as RecordHeader;
  const approval = decision?.approval;
  if (approval === undefined) return undefined;
  const vote = detail?.['vote'];
  return {
    act: leaf.kind === 'intent' ? 'intent' : leaf.st,
    approval,
    by: { issuer: caller?.issuer ?? '', subject: caller?.subject ?? '' },
    ...(vote === 'approve' || vote === 'deny' ? { vote } : {}),
  };
}

/** What the records from `from` up to `size` tell; undefined when they are too many, damaged or cannot be opened. */
export async function readTold(
  reader: LedgerReader,
  from: ReadPosition,
  size: number,
  limits: BookLimits,
): Promise<ReadonlyMap<string, Told> | undefined> {
  const told = new Map<string, Told>();
  if (from.n > size || size - from.n > limits.approvalBookRecordsMax) return undefined;
  let [at, waitedMs] = [from, 0];
  while (at.n < size) {
    const page = await reader.read(at, PAGE_RECORDS);
    if (!page.ok) return undefined;
    for (const stored of page.value.records) {
      const record = toldBy(stored);
      if (record === 'unknown') return undefined;
      if (record !== undefined) told.set(record.approval, toldWith(told.get(record.approval), record));
    }
    at = page.value.next;
    if (page.value.records.length > 0) continue;
    // Its own start is written, and not yet where readers are told of it.
    if ((waitedMs += LOOK_MS) > limits.approvalBookWaitMs) return undefined;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return told;
}

const placeOf = ({ size, segment, offset }: Watermark): BookRead['upTo'] => ({ n: size, segment, offset });

export function createApprovalBooks(parts: ApprovalBooksParts): ApprovalBooks {
  const { store, ledger, limits, log, monotonic, run, shards } = parts;
  let isReconciled = false;
  let isFleetRead = false;
  /** What was durable a while ago, when whatever was recorded before is in the state as well. */
  let earlier: { readonly upTo: BookRead['upTo']; readonly atMs: number } | undefined;
  let noted = 0;

  const note = async (shard: string, upTo: BookRead['upTo']): Promise<void> => {
    await store.noteBook({ shard, run, upTo });
    if (shard === ledger.shard) noted = upTo.n;
  };
  const judge = async (shard: string, reader: LedgerReader, mark: Watermark): Promise<void> => {
    const known = store.books().find((book) => book.shard === shard);
    // Without any that was ever asked for there is nothing to compare.
    const mistrust =
      store.lastRevision() > 0
        ? await reconcile(parts, await readTold(reader, known?.upTo ?? LOG_START, mark.size, limits))
        : undefined;
    if (mistrust !== undefined)
      log.error({ shard, why: mistrust }, 'the state of approvals is older than the book: all that were open are void');
    if (shard === ledger.shard) noted = known?.upTo.n ?? 0;
    // Writing costs a start a thread: where nobody waits for it and little came since, it waits for `follow`.
    if (mistrust !== undefined || shards.length > 1) await note(shard, placeOf(mark));
  };
  const start = async (): Promise<void> => {
    await judge(ledger.shard, parts.reader, ledger.watermark());
    for (const [shard, reader] of await parts.leftOver()) {
      const mark = await reader.watermark();
      if (mark !== undefined) await judge(shard, reader, mark);
    }
    isReconciled = true;
  };
  const tried = async (what: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      log.error({ error: String(error) }, what);
    }
  };

  return {
    areRead() {
      if (!isReconciled) return false;
      isFleetRead ||=
        shards.length === 1 ||
        shards.every((shard) => store.books().some((book) => book.shard === shard && book.run === run));
      return isFleetRead;
    },
    start: () => tried('approvals cannot be held against the book', start),
    follow: () =>
      tried('how far approvals know the book cannot be noted', async () => {
        if (!isReconciled) return await start();
        const mark = ledger.watermark();
        earlier ??= { upTo: placeOf(mark), atMs: monotonic() };
        if (monotonic() - earlier.atMs < limits.approvalBookMs) return;
        const { upTo } = earlier;
        earlier = undefined;
        if (upTo.n - noted >= limits.approvalBookRecords && store.lastRevision() > 0) await note(ledger.shard, upTo);
      }),
    stop: () =>
      tried('how far approvals know the book cannot be noted', async () => {
        if (isReconciled && store.lastRevision() > 0) await note(ledger.shard, placeOf(ledger.watermark()));
      }),
  };
}
