/**
 * What the book says around a call that waits for people: what was asked, what went up before with a yes, what its caller did
 * last, and what came of it. The index says where to look; whatever has arguments is read again from the ledger.
 */
import type { Book } from '#events/book.ts';
import type { Event } from '#events/event.ts';
import { parseRecordId } from '#events/find-event.ts';
import { recordedCall, wholeCall } from '#events/recorded-call.ts';
import type { WholeCall } from '#events/recorded-call.ts';
import type { Searcher } from '#events/searcher.ts';
import { waitForIndex } from '#events/wait-for-index.ts';
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** `unknown`: the index cannot be asked now, or would have to look at too much. */
export type Untold = 'unknown' | 'damaged';

export type CallHistory = {
  /** The event of a record, with its masked arguments. One that is not in the index yet is waited for. */
  asked(record: string): Promise<Result<WholeCall, 'not_indexed' | 'damaged'>>;
  /** The last call of the same caller for the same tool that went up with another approval than `approval`. */
  lastApproved(asked: Event, approval: string): Promise<Result<WholeCall | undefined, Untold>>;
  /** The newest first, refused ones too; without arguments. */
  lastCalls(caller: NonNullable<Event['caller']>): Promise<Result<readonly Event[], Untold>>;
  /** The newest first; without arguments. */
  sentWith(approval: string): Promise<Result<readonly Event[], Untold>>;
};

export type CallHistoryParts = {
  readonly searcher: Pick<Searcher, 'ask'>;
  readonly book: Pick<Book, 'source'>;
  readonly limits: Pick<Limits, 'searchWaitMs' | 'approvalLastCalls'>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Nobody asks any more. */
  readonly signal: AbortSignal;
};

const isEqual = (attribute: string, value: string): string => `${attribute} eq ${JSON.stringify(value)}`;
const isCaller = ({ issuer, subject }: NonNullable<Event['caller']>): string =>
  `${isEqual('caller.subject', subject)} and ${isEqual('caller.issuer', issuer)}`;

export function createCallHistory(parts: CallHistoryParts): CallHistory {
  const { searcher, book, limits, signal } = parts;
  const index = {
    async indexedThrough() {
      const indexed = await searcher.ask('indexed', null, signal);
      return indexed.ok ? indexed.value : {};
    },
  };
  const page = async (filter: string, limit: number) => {
    const found = await searcher.ask('page', { filter, limit }, signal);
    return found.ok && found.value.ok ? ok(found.value.value.hits) : err('unknown' as const);
  };
  const events = async (filter: string): Promise<Result<readonly Event[], Untold>> => {
    const hits = await page(filter, limits.approvalLastCalls);
    return hits.ok ? ok(hits.value.map(({ event }) => event)) : hits;
  };
  return {
    async asked(record) {
      const place = parseRecordId(record);
      if (place === undefined) return err('damaged');
      await waitForIndex(index, { [place.shard]: place.n + 1 }, limits.searchWaitMs, parts.sleep);
      return recordedCall(record, parts, signal);
    },
    async lastApproved({ caller, connection = '', method = '', name = '' }, approval) {
      if (caller === undefined) return ok(undefined);
      const what = `${isEqual('connection', connection)} and ${isEqual('method', method)} and ${isEqual('name', name)}`;
      const other = `decision.approval pr and not (${isEqual('decision.approval', approval)})`;
      const hits = await page(`kind eq "intent" and ${isCaller(caller)} and ${what} and ${other}`, 1);
      if (!hits.ok) return hits;
      const [hit] = hits.value;
      return hit === undefined ? ok(undefined) : wholeCall(hit, parseRecordId(hit.event.id)?.shard ?? '', book);
    },
    lastCalls: (caller) => events(`${isCaller(caller)} and (kind eq "intent" or kind eq "denied")`),
    sentWith: (approval) => events(`kind eq "intent" and ${isEqual('decision.approval', approval)}`),
  };
}
