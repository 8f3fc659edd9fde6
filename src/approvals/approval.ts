/** A call that waits for people: what is remembered of it, and the port to where that is kept. Shapes and ports only. */
import type { CallerKind } from '#identity/caller.ts';

/** What a yes covers: this call once, this very call again for a while, or any call of this tool by this caller for a while. */
export const SCOPES = ['once', 'call', 'tool'] as const;
export type ApprovalScope = (typeof SCOPES)[number];
export const isApprovalScope = (text: string): text is ApprovalScope => SCOPES.some((scope) => scope === text);

/** `void`: what was asked is not what would be done any more, or by nobody any more. */
export const STATES = ['pending', 'approved', 'denied', 'expired', 'withdrawn', 'used', 'void'] as const;
export type ApprovalState = (typeof STATES)[number];

/** A principal as the book names it; never by e-mail. */
export type Principal = { readonly issuer: string; readonly subject: string };

export type Requester = Principal & {
  readonly kind: CallerKind;
  readonly groups: readonly string[];
  /** Namespaced client its token was issued to. */
  readonly client: string | undefined;
  /** Who answers for a service account, and who made the key it shows: neither may approve what it asks for. */
  readonly owner?: Principal;
  readonly keyMaker?: Principal;
};

/** What whoever asks has to say before anybody can say yes. `ticket`: an RE2 pattern that all of the ticket matches. */
export type Asks = { readonly reason: boolean; readonly ticket?: string | undefined };

/** What somebody whose break glass is in force may decide beside what is theirs: nothing, what others ask, their own too. */
export const BREAK_GLASS = ['nobody', 'others', 'self'] as const;
export type BreakGlassTerms = (typeof BREAK_GLASS)[number];

/** What a rule with `then: hold` says about those who decide. */
export type HoldTerms = {
  readonly rule: string;
  /** Namespaced groups; a member of any may decide. */
  readonly approvers: readonly string[];
  /** So many different people have to say yes; one no is a no. */
  readonly needed: number;
  readonly scopes: readonly ApprovalScope[];
  /** How long it waits for them. */
  readonly waitMs: number;
  /** How long a yes can be used. */
  readonly validMs: number;
  readonly asks: Asks;
  readonly breakGlass: BreakGlassTerms;
  /** Names of the notifiers that tell those who decide; empty: all there are. */
  readonly notify: readonly string[];
};

/** Of holds that say nothing of it, and of those kept before there was any. */
export const HOLD_DEFAULTS: Pick<HoldTerms, 'asks' | 'breakGlass' | 'notify'> = {
  asks: { reason: false },
  breakGlass: 'others',
  notify: [],
};

/** What whoever asked said of it; masked and bounded. */
export type Statement = {
  /** May be empty where only a ticket is asked for. */
  readonly reason: string;
  readonly ticket?: string | undefined;
  readonly atMs: number;
};

export type Vote = {
  readonly by: Principal;
  readonly effect: 'approve' | 'deny';
  readonly scope: ApprovalScope;
  /** Masked and bounded; it is told to whoever asked. */
  readonly reason: string;
  readonly atMs: number;
  /** By somebody who could not have decided otherwise. */
  readonly isBreakGlass?: true;
};

/** What was asked, by whom, of whom. Unix milliseconds. */
export type ApprovalRequest = {
  readonly id: string;
  /** Keyed hash of exactly what would be sent (fingerprint.ts). */
  readonly fingerprint: Uint8Array;
  /** The same without the arguments: for `tool`. */
  readonly toolPrint: Uint8Array;
  readonly requester: Requester;
  readonly connection: string;
  readonly method: string;
  readonly name: string;
  readonly terms: HoldTerms;
  /** Version of the policy that held it. */
  readonly policy: string;
  /** Call that was held first, and the record that says what it was. */
  readonly call: string;
  readonly record: string;
  readonly askedMs: number;
  readonly expiresMs: number;
};

/**
 * So many were asked that those who decide are not told of each: of one caller, or under one rule. `first`: the request at
 * which that was noticed; with it they are told of all of them at once, and of no other one by itself.
 */
export type Flood = { readonly of: 'caller' | 'rule'; readonly first: string };

export type Approval = ApprovalRequest & {
  readonly state: ApprovalState;
  readonly votes: readonly Vote[];
  readonly statement: Statement | undefined;
  /** Absent from one that came by itself. */
  readonly flood?: Flood;
  /** While approved: the scope, and until when it can be used. */
  readonly scope: ApprovalScope | undefined;
  readonly usableUntilMs: number | undefined;
  /** Once used: digest of the `requestState` of its server, with which the call may go on one more time. */
  readonly continues?: string | undefined;
  /** Withdrawn by nobody's word, since no client waited for it any more. */
  readonly isLeft?: true;
  /** Counts up with every change of any approval. */
  readonly revision: number;
};

/** How far the state knows the book of a shard; `run`: the start of the gateway that said so last. */
export type BookRead = {
  readonly shard: string;
  readonly run: string;
  /** `n`: the first record that is not known; the rest says where it is found. */
  readonly upTo: { readonly n: number; readonly segment: number; readonly offset: number };
};

/**
 * Shared by all processes on one data directory. What writes rejects when nothing can be said of the disk; every change is a
 * compare-and-set on the revision that was read, so that of two who change one approval one learns that he came late.
 */
export type ApprovalStore = {
  /** All that are pending, approved or denied for either print, whatever time it is. Throws when it cannot be read. */
  matching(fingerprint: Uint8Array, toolPrint: Uint8Array): readonly Approval[];
  find(id: string): Approval | undefined;
  /** Newest first. */
  list(states: readonly ApprovalState[], limit: number): readonly Approval[];
  /** Those changed after `revision`, in order, at most `limit`. Cheap when there is none. */
  changedAfter(revision: number, limit?: number): readonly Approval[];
  /** The revision of the last change; 0 when there was none. */
  lastRevision(): number;
  /** Open ones whose time is over. */
  due(nowMs: number): readonly Approval[];
  countPending(requester: Principal): number;
  /** Of everybody, that people have to decide. */
  countWaiting(): number;
  create(request: ApprovalRequest): Promise<Approval | 'full'>;
  /** Durable when it resolves. Undefined: it is not as it was read any more. */
  replace(before: Approval, after: Omit<Approval, 'revision'>): Promise<Approval | undefined>;
  books(): readonly BookRead[];
  noteBook(book: BookRead): Promise<void>;
  close(): Promise<void>;
};
