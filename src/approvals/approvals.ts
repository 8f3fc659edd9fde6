/**
 * Calls that wait for people, as the gateway and the API use them: ask, decide, use, end. Puts records and store in their
 * order: what grants or refuses is in the book before it is in force; a yes is used up, on stable storage, before anything is
 * sent. Knows neither HTTP nor what a record looks like.
 */
import type { Approval, ApprovalRequest, ApprovalStore, Principal } from '#approvals/approval.ts';
import {
  end,
  isOfGlass,
  isUsable,
  lapse,
  standingOf,
  stillDenied,
  use,
  vote,
  voteFault,
} from '#approvals/transitions.ts';
import type { Changed, Decider, Standing, Verdict, VoteFault } from '#approvals/transitions.ts';
import { maySee } from '#approvals/may-see.ts';
import type { SamePeople } from '#approvals/people.ts';
import { state, statementFault } from '#approvals/statement.ts';
import type { Said, StatementFault } from '#approvals/statement.ts';
import { createUnkeptVotes } from '#approvals/unkept-votes.ts';
import type { UnkeptVote } from '#approvals/unkept-votes.ts';
import { isSamePrint } from '#approvals/fingerprint.ts';
import type { Prints } from '#approvals/fingerprint.ts';
import { createSettling } from '#approvals/settling.ts';
import type { Limits } from '#limits.ts';
import type { Role } from '#policy/duties.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** What happened to an approval, for the book. */
export type ApprovalAct =
  | 'approval_requested'
  | 'approval_flood'
  | 'approval_statement'
  | 'approval_break_glass'
  | 'approval_vote'
  | 'approval_vote_void'
  | 'approval_expired'
  | 'approval_withdrawn'
  | 'approval_void';

/** `unavailable`: the book or the store cannot do its part; nothing was granted. */
export type Unavailable = { readonly code: 'unavailable'; readonly reason: string };

/** What this process itself made of approvals, for whoever counts it. What others did is not told. */
export type ApprovalWatch = {
  asked(approval: Approval): void;
  /** `askedMs` to `atMs`: how long it took. */
  changed(before: Approval, after: Approval, atMs: number): void;
  /** More was asked than people can look at: called at the first such request of each stretch of time. */
  flooded(approval: Approval): void;
  /** Somebody decides who could not but for the glass they broke; called whatever comes of it. `glass`: its record. */
  decidedByGlass(approval: Approval, glass: string): void;
};

export type ApprovalParts = {
  readonly store: ApprovalStore;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Asked at each decision: a reload may change it. */
  readonly samePeople: () => SamePeople;
  /** Id of the record of the glass that this person broke, while it is in force; undefined too when that cannot be read. */
  readonly glassOf: (by: Decider) => string | undefined;
  /** Durable when it resolves; gives the id of the record. `by`: who did it; undefined for the gateway itself. */
  readonly record: (act: ApprovalAct, approval: Approval, by: Decider | undefined) => Promise<Result<string, string>>;
  /** Whether what is kept agrees with the book; until then nothing is granted. Throws when that cannot be said. */
  readonly isReconciled?: () => boolean;
  readonly limits: Pick<Limits, 'approvalsListed' | 'approvalsTold'>;
  /** A fault of the store in the background; `what` names it, free of content. */
  readonly onFault: (what: string, error: unknown) => void;
  readonly watch?: ApprovalWatch;
};

/** What is asked, but for the record that says so, which is written here. */
export type Held = Omit<ApprovalRequest, 'record' | 'askedMs' | 'expiresMs'> & {
  /** Writes what is asked into the book, durably. */
  readonly record: (request: Omit<ApprovalRequest, 'record'>) => Promise<Result<string, string>>;
};

export type Approvals = {
  /** One that permits exactly this now. Throws when the store cannot be read. */
  usable(prints: Prints): Approval | undefined;
  /** Asks; one that is pending for exactly this, or was just refused, is the same request again. */
  ask(held: Held): Promise<Result<Approval, Unavailable | { readonly code: 'full' }>>;
  /** Used up when it resolves, on stable storage: as it is then. Undefined: somebody else was first, or it is over. */
  use(approval: Approval): Promise<Approval | undefined>;
  /** The server asks for a further round of what was agreed to once: with this state the same call may go on, once. */
  letGoOn(id: string, stateDigest: string): Promise<void>;
  /** Goes on by that, as `use` uses. */
  goOn(approval: Approval): Promise<Approval | undefined>;
  /** No further round of those: nobody knows which one came last. */
  stopGoingOn(ids: readonly string[] | 'all'): Promise<void>;
  /** The vote is in the book and may not have been kept. */
  settleVote(id: string, vote: UnkeptVote): Promise<void>;
  /** Whether they can still say why it is asked, for whoever asks them. */
  statementFault(approval: Approval, by: Principal): StatementFault | undefined;
  /** Says why it is asked. */
  state(
    id: string,
    by: Decider,
    said: Said,
  ): Promise<Result<Approval, StatementFault | 'unknown_approval' | 'changed_meanwhile' | Unavailable>>;
  /** Whether the person may know of it. */
  isShownTo(approval: Approval, by: Decider, roles: ReadonlySet<Role>): boolean;
  /** As what the person may decide, and what they may agree to; undefined when they may not. */
  standing(approval: Approval, by: Decider): Standing | undefined;
  /** Whether the person may decide at all, for whoever shows it to him. */
  voteFault(approval: Approval, by: Decider): VoteFault | undefined;
  vote(
    id: string,
    by: Decider,
    verdict: Verdict,
  ): Promise<Result<Approval, VoteFault | 'unknown_approval' | 'changed_meanwhile' | Unavailable>>;
  /** Whoever asked does not want it any more. `by`: who said so; undefined where it shows from what their client did. */
  withdraw(id: string, by?: Decider): Promise<void>;
  /** The last client here that waited for it went away: withdrawn, but for whoever waits elsewhere, who asks anew. */
  leave(id: string): Promise<void>;
  /** What was asked is nobody's any more, or under another policy: all that `isMeant` says so of. */
  voidAll(isMeant: (approval: Approval) => boolean): Promise<void>;
  find(id: string): Approval | undefined;
  list(states: readonly Approval['state'][]): readonly Approval[];
  /**
   * The listener is called once, when it is not pending any more, with what it then is: also when it is so already. Gives what
   * ends that. Throws when the store cannot be read.
   */
  whenSettled(id: string, listener: (approval: Approval) => void): () => void;
  /**
   * Those changed after `revision`, as they are now, in order, some at a time; as far as this process knows of them, which is
   * what `onChange` was called for. Whoever is up to date costs nothing, however many they are.
   */
  changedAfter(revision: number): readonly Approval[];
  lastRevision(): number;
  /** Called with every change, whichever process made it. Gives what ends that. */
  onChange(listener: (approval: Approval) => void): () => void;
  /** Looks for what other processes did and what time did. Never throws. */
  poll(): Promise<void>;
};

export function createApprovals(parts: ApprovalParts): Approvals {
  const { store, clock, record } = parts;
  const settling = createSettling();
  const listeners = new Set<(approval: Approval) => void>();
  /** By print: requests on their way into the store. */
  const asking = new Map<string, ReturnType<Approvals['ask']>>();
  let seen = store.lastRevision();

  let told: { readonly after: number; readonly approvals: readonly Approval[] } | undefined;

  const tell = (approval: Approval): void => {
    told = undefined;
    settling.tell(approval);
    for (const listener of listeners) listener(approval);
  };
  const replace = async (before: Approval, after: Changed): Promise<Approval | undefined> => {
    const replaced = await store.replace(before, after);
    if (replaced === undefined) return undefined;
    parts.watch?.changed(before, replaced, clock());
    tell(replaced);
    return replaced;
  };
  /** What ends something grants nothing: it is in force first, so that only whoever ended it says so. */
  const endWith = async (
    before: Approval,
    after: Changed | undefined,
    act: ApprovalAct,
    by?: Decider,
  ): Promise<void> => {
    const ended = after === undefined ? undefined : await replace(before, after);
    if (ended !== undefined) await record(act, ended, by);
  };
  const checkReconciled = (): void => {
    if (parts.isReconciled?.() === false) throw new Error('approvals were not held against the book yet');
  };
  const unkeptVotes = createUnkeptVotes({
    store,
    recordVoid: (approval, by) => record('approval_vote_void', approval, by),
    endWith: (before, after) => endWith(before, after, 'approval_void'),
    most: parts.limits.approvalsListed,
  });
  const openOnes = (): readonly Approval[] => store.list(['pending', 'approved'], Number.MAX_SAFE_INTEGER);

  /** Whoever is asked is told of it by the request itself (`Approval.flood`), so nothing waits for the record of it. */
  const alarm = async (approval: Approval): Promise<void> => {
    parts.watch?.flooded(approval);
    const recorded = await record('approval_flood', approval, undefined);
    if (!recorded.ok) parts.onFault('a flood of requests for approval cannot be recorded', recorded.error);
  };
  const ask = async ({ record: recordRequest, ...held }: Held): ReturnType<Approvals['ask']> => {
    const askedMs = clock();
    const same = store
      .matching(held.fingerprint, held.toolPrint)
      .find(
        (approval) =>
          isSamePrint(approval.fingerprint, held.fingerprint) &&
          ((approval.state === 'pending' && askedMs < approval.expiresMs) || stillDenied(approval, askedMs)),
      );
    if (same !== undefined) return ok(same);
    const request = { ...held, askedMs, expiresMs: askedMs + held.terms.waitMs };
    const recorded = await recordRequest(request);
    if (!recorded.ok) return err({ code: 'unavailable', reason: recorded.error });
    const created = await store.create({ ...request, record: recorded.value });
    if (created === 'full') return err({ code: 'full' });
    parts.watch?.asked(created);
    if (created.flood?.first === created.id) await alarm(created);
    tell(created);
    return ok(created);
  };

  const equipped = ({ issuer, subject, groups }: Decider): Decider => {
    const glass = parts.glassOf({ issuer, subject, groups });
    return { issuer, subject, groups, ...(glass === undefined ? {} : { glass }) };
  };
  const faultOf: Approvals['voteFault'] = (approval, by) =>
    voteFault(approval, equipped(by), clock(), parts.samePeople());

  return {
    usable({ fingerprint, toolPrint }) {
      checkReconciled();
      return store
        .matching(fingerprint, toolPrint)
        .find(
          (approval) =>
            isUsable(approval, clock()) &&
            (isSamePrint(approval.fingerprint, fingerprint) || approval.scope === 'tool'),
        );
    },
    ask(held) {
      // Of those that come at the same time one asks, and the others ask with it.
      const print = Buffer.from(held.fingerprint).toString('base64');
      const running = asking.get(print);
      if (running !== undefined) return running;
      const begun = ask(held).finally(() => asking.delete(print));
      asking.set(print, begun);
      return begun;
    },
    async use(approval) {
      checkReconciled();
      // One for a while is not changed by its use: whether it was ended since it was found is asked of the store.
      if (store.find(approval.id)?.revision !== approval.revision) return undefined;
      const after = use(approval, clock());
      if (after === approval) return approval;
      return after === undefined ? undefined : replace(approval, after);
    },
    statementFault: (approval, by) => statementFault(approval, by, clock(), parts.samePeople()),
    async state(id, by, said) {
      const before = store.find(id);
      if (before === undefined) return err('unknown_approval');
      const stated = state(before, by, said, { nowMs: clock(), samePeople: parts.samePeople() });
      if (!stated.ok) return stated;
      const recorded = await record('approval_statement', { ...stated.value, revision: before.revision }, by);
      if (!recorded.ok) return err({ code: 'unavailable', reason: recorded.error });
      // It grants nothing: one that came too late stands in the book as what was said, and no yes follows it.
      const after = await replace(before, stated.value);
      return after === undefined ? err('changed_meanwhile') : ok(after);
    },
    async letGoOn(id, stateDigest) {
      const before = store.find(id);
      if (before?.state === 'used') await replace(before, { ...before, continues: stateDigest });
    },
    async goOn(approval) {
      checkReconciled();
      return replace(approval, { ...approval, continues: undefined });
    },
    async stopGoingOn(ids) {
      const used = ids === 'all' ? store.list(['used'], Number.MAX_SAFE_INTEGER) : ids.map((id) => store.find(id));
      for (const approval of used)
        if (approval?.continues !== undefined) await replace(approval, { ...approval, continues: undefined });
    },
    settleVote: (id, unkept) => unkeptVotes.settleOne(id, unkept),
    standing: (approval, by) => standingOf(approval, equipped(by), clock(), parts.samePeople()),
    voteFault: faultOf,
    isShownTo: (approval, by, roles) => maySee(approval, by, roles) || faultOf(approval, by) === undefined,
    async vote(id, decider, verdict) {
      const before = store.find(id);
      if (before === undefined) return err('unknown_approval');
      const by = equipped(decider);
      const voted = vote(before, by, verdict, { nowMs: clock(), samePeople: parts.samePeople() });
      if (!voted.ok) return voted;
      const cast = voted.value.votes.at(-1);
      if (by.glass !== undefined && cast !== undefined && isOfGlass(cast)) {
        parts.watch?.decidedByGlass(before, by.glass);
        const broken = await record('approval_break_glass', { ...voted.value, revision: before.revision }, by);
        if (!broken.ok) return err({ code: 'unavailable', reason: broken.error });
      }
      const recorded = await record('approval_vote', { ...voted.value, revision: before.revision }, by);
      if (!recorded.ok) return err({ code: 'unavailable', reason: recorded.error });
      const after = await replace(before, voted.value).catch((error: unknown) => {
        unkeptVotes.doubt(id, { by, effect: verdict.effect });
        throw error;
      });
      if (after !== undefined) return ok(after);
      // Recorded, and somebody else's change came in between: the book must not be read as if it had counted.
      await record('approval_vote_void', before, by);
      return err('changed_meanwhile');
    },
    async withdraw(id, by) {
      const before = store.find(id);
      if (before !== undefined) await endWith(before, end(before, 'withdrawn'), 'approval_withdrawn', by);
    },
    async leave(id) {
      const before = store.find(id);
      const ended = before === undefined ? undefined : end(before, 'withdrawn');
      if (before !== undefined && ended !== undefined)
        await endWith(before, { ...ended, isLeft: true }, 'approval_withdrawn');
    },
    async voidAll(isMeant) {
      for (const approval of openOnes())
        if (isMeant(approval)) await endWith(approval, end(approval, 'void'), 'approval_void');
    },
    find: (id) => store.find(id),
    list: (states) => store.list(states, parts.limits.approvalsListed),
    whenSettled(id, listener) {
      const forget = settling.add(id, listener);
      try {
        // It may have been decided before anybody listened.
        const found = store.find(id);
        if (found !== undefined) settling.tell(found);
      } catch (error) {
        forget();
        throw error;
      }
      return forget;
    },
    changedAfter(after) {
      if (told?.after !== after) told = { after, approvals: store.changedAfter(after, parts.limits.approvalsTold) };
      return told.approvals;
    },
    lastRevision: () => store.lastRevision(),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async poll() {
      try {
        for (const approval of store.changedAfter(seen)) {
          seen = approval.revision;
          tell(approval);
        }
        for (const approval of store.due(clock()))
          await endWith(approval, lapse(approval, clock()), 'approval_expired');
        await unkeptVotes.settle();
      } catch (error) {
        parts.onFault('approvals cannot be followed', error);
      }
    },
  };
}
