/** What the search thread can be asked, and how each is answered from the index. The same code answers the command line. */
import type { BookIndex, BookPage, IndexedThrough } from '#events/book-index.ts';
import type { EventHit } from '#events/event-row.ts';
import type { QueryFault } from '#events/event-query.ts';
import { countFacets, type Facet, type FacetRequest } from '#events/facets.ts';
import { followEvents, type FollowPage, type FollowRequest } from '#events/follow.ts';
import { countHistogram, type Histogram, type HistogramRequest } from '#events/histogram.ts';
import type { Position } from '#events/source.ts';
import { searchEvents, type SearchRequest } from '#events/search.ts';
import {
  listSessions,
  type SessionRequest,
  type SessionsPage,
  type SessionsRequest,
  type SessionView,
  showSession,
} from '#events/sessions.ts';
import type { Limits } from '#limits.ts';
import { type Result, unreachable } from '#result.ts';

export type SearchJobs = {
  readonly page: { readonly input: SearchRequest; readonly output: Result<BookPage, QueryFault> };
  readonly follow: { readonly input: FollowRequest; readonly output: Result<FollowPage, QueryFault> };
  readonly facets: { readonly input: FacetRequest; readonly output: Result<readonly Facet[], QueryFault> };
  readonly histogram: { readonly input: HistogramRequest; readonly output: Result<Histogram, QueryFault> };
  readonly event: {
    readonly input: { readonly shard: string; readonly n: number };
    readonly output: EventHit | undefined;
  };
  readonly proof: {
    readonly input: { readonly shard: string; readonly n: number; readonly size: number };
    /** Hashes in base64, and a place at or before the record; undefined while the index does not go so far. */
    readonly output: { readonly hashes: readonly string[]; readonly near: Position } | undefined;
  };
  readonly sessions: { readonly input: SessionsRequest; readonly output: Result<SessionsPage, QueryFault> };
  readonly session: { readonly input: SessionRequest; readonly output: Result<SessionView | undefined, QueryFault> };
  readonly indexed: { readonly input: null; readonly output: IndexedThrough };
};
export type SearchKind = keyof SearchJobs;
export type SearchJob = {
  readonly [K in SearchKind]: { readonly kind: K; readonly input: SearchJobs[K]['input'] };
}[SearchKind];
export type SearchOutput = SearchJobs[SearchKind]['output'];

export type JobSettings = {
  readonly limits: Limits;
  readonly nowMs: number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
};

/** Throws on an unreadable index, and `TooCostly`. */
export function runSearchJob(index: BookIndex, job: SearchJob, settings: JobSettings): SearchOutput {
  const { limits, monotonic } = settings;
  switch (job.kind) {
    case 'page':
      return searchEvents(index, job.input, settings);
    case 'follow': {
      const lateAt = monotonic() + limits.followMs;
      return followEvents(index, job.input, {
        ...settings,
        stretchRecords: limits.followStretchRecords,
        isLate: () => monotonic() >= lateAt,
      });
    }
    case 'facets':
      return countFacets(index, job.input, settings);
    case 'histogram':
      return countHistogram(index, job.input, settings);
    case 'event':
      return index.eventOf(job.input.shard, job.input.n);
    case 'proof': {
      const { shard, n, size } = job.input;
      const reader = index.reader(shard);
      const hashes = reader?.inclusionProof(n, size)?.map((hash) => hash.toString('base64'));
      return reader === undefined || hashes === undefined ? undefined : { hashes, near: reader.positionBefore(n) };
    }
    case 'sessions':
      return listSessions(index, job.input, settings);
    case 'session':
      return showSession(index, job.input, settings);
    case 'indexed':
      return index.indexedThrough();
    default:
      return unreachable(job);
  }
}

/** Between the threads. */
export type SearchThreadSettings = { readonly dataDirectory: string; readonly limits: Limits };
export type ToSearchThread = { readonly id: number; readonly job: SearchJob; readonly nowMs: number };
export type FromSearchThread = { readonly id: number } & (
  | { readonly type: 'done'; readonly output: SearchOutput }
  | { readonly type: 'too_costly' }
  | { readonly type: 'failed'; readonly message: string }
);
