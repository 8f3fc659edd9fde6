/**
 * What the records of a log say of approvals, held against docs/ledger-format.md section 5a: who asked is not who agreed, as
 * many agreed as had to, and what goes up by an approval goes up once, for what was asked, before its end. Takes opened
 * headers; what cannot be opened any more, or stands in the books of other processes, is a gap and no fault.
 */
import { BOUNDS } from '#ledger/verify/bounds.ts';
import { isCount, isObject, quoted } from '#ledger/verify/canonical.ts';
import type { JsonObject } from '#ledger/verify/canonical.ts';
import type { CheckedLeaf } from '#ledger/verify/leaf.ts';

type Asked = {
  readonly who: string;
  /** Connection, method, and the name where nothing of it is masked. */
  readonly what: readonly (string | undefined)[];
  readonly needed: number;
  readonly asksForStatement: boolean;
};

type Vote = {
  readonly n: number;
  readonly isYes: boolean;
  /** Of the one that decided: what it gave, and until when, Unix milliseconds. */
  readonly granted: string | undefined;
  readonly untilMs: number;
};

type Story = {
  asked: Asked | undefined;
  /** By who voted; those that did not count are taken out again. */
  readonly votes: Map<string, Vote>;
  hasStatement: boolean;
  /** Who decided in an emergency, which rules on who may and how many do not bind. */
  readonly inEmergency: Set<string>;
  end: { readonly act: string; readonly n: number; readonly t: number } | undefined;
  /** The first call that went up by it. */
  used: number | undefined;
  /** Calls that went up by it and that none has gone on with, and those that one has. */
  readonly calls: Set<string>;
  readonly followed: Set<string>;
};

const ENDS = new Set(['approval_expired', 'approval_withdrawn', 'approval_void']);
const MASKED = /\[[A-Z0-9_]+:k\d+:/;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});
const callerOf = (header: JsonObject): string => {
  const { issuer, subject } = objectOf(header['caller']);
  return `${String(issuer)}\n${String(subject)}`;
};
const whatOf = ({ connection, method, name }: JsonObject): Asked['what'] => {
  const named = text(name);
  return [text(connection), text(method), named === undefined || MASKED.test(named) ? undefined : named];
};
const isSameThing = (one: Asked['what'], other: Asked['what']): boolean =>
  one.every((part, at) => part === other[at] || (at === 2 && (part === undefined || other[at] === undefined)));

const remember = (calls: Set<string>, call: string): void => {
  calls.add(call);
  if (calls.size <= BOUNDS.approvalCallsRemembered) return;
  for (const oldest of calls) {
    calls.delete(oldest);
    return;
  }
};

export class ApprovalRules {
  readonly #stories = new Map<string, Story>();
  /** Records that may tell of approvals cannot be opened any more, or too many approvals came to remember them all. */
  #hasGaps = false;
  /** More than one process wrote books: a request, a vote or an end may stand in another. */
  #isShared = false;
  /** Calls that went up by approvals which this log does not tell the whole story of. */
  #elsewhere = 0;

  /** An observation that is no fault; undefined when there is none. */
  get note(): string | undefined {
    if (this.#elsewhere === 0) return undefined;
    const calls = `${this.#elsewhere} calls went up by approvals whose story this log alone does not tell`;
    return `${calls}: ${this.#isShared ? 'verify those of the other processes too' : 'some of its records cannot be opened any more'}`;
  }

  /** `header`: undefined when it cannot be opened any more. A string says which rule is broken: "the record …". */
  take(leaf: CheckedLeaf, header: JsonObject | undefined): string | undefined {
    const isAct = leaf.kind === 'control' && leaf.st.startsWith('approval_');
    if (header === undefined) {
      if (isAct || leaf.kind === 'intent') this.#hasGaps = true;
      return undefined;
    }
    if (leaf.kind === 'control' && leaf.st === 'policy') {
      const { workers } = objectOf(header['detail']);
      if (isCount(workers) && workers > 1) this.#isShared = true;
    }
    if (!isAct && leaf.kind !== 'intent') return undefined;
    const { effect, approval } = objectOf(header['decision']);
    const id = text(approval);
    if (leaf.kind === 'intent') {
      if (id !== undefined) return this.#use(leaf, header, id);
      return effect === 'hold' ? 'is an intent that was held and names no approval' : undefined;
    }
    return id === undefined ? `is an ${leaf.st} that names no approval` : this.#act(leaf, header, id);
  }

  #act(leaf: CheckedLeaf, header: JsonObject, id: string): string | undefined {
    const detail = objectOf(header['detail']);
    if (leaf.st === 'approval_requested') {
      if (this.#stories.get(id)?.asked !== undefined) return `asks for the approval ${quoted(id)} a second time`;
      const { needed, asks } = detail;
      this.#story(id).asked = {
        who: callerOf(header),
        what: whatOf(header),
        needed: isCount(needed) ? needed : 1,
        asksForStatement: Array.isArray(asks) && asks.length > 0,
      };
      return undefined;
    }
    const known = this.#stories.get(id);
    if (known?.asked === undefined && !this.#isLenient)
      return `is an ${leaf.st} of the approval ${quoted(id)}, which nobody asked for`;
    const story = known ?? this.#story(id);
    if (ENDS.has(leaf.st)) story.end ??= { act: leaf.st, n: leaf.n, t: leaf.t };
    else if (leaf.st === 'approval_vote_void') story.votes.delete(callerOf(header));
    else if (leaf.st === 'approval_statement') story.hasStatement = true;
    else if (leaf.st === 'approval_break_glass') story.inEmergency.add(callerOf(header));
    else if (leaf.st === 'approval_vote') story.votes.set(callerOf(header), voteOf(leaf, detail));
    return undefined;
  }

  #use(leaf: CheckedLeaf, header: JsonObject, id: string): string | undefined {
    const story = this.#stories.get(id);
    const named = `names the approval ${quoted(id)}`;
    if (story?.asked === undefined && !this.#isLenient) return `${named}, which nobody asked for`;
    const its = story ?? this.#story(id);
    const grant = [...its.votes.values()].find(({ granted }) => granted !== undefined);
    if (its.asked === undefined || grant === undefined) {
      if (!this.#isLenient) return `${named}, which was not given`;
      this.#elsewhere += 1;
    }
    const fault = faultOf(its, leaf, header, grant) ?? this.#isAgain(its, header, grant);
    if (fault !== undefined) return `${named}, ${fault}`;
    its.used ??= leaf.n;
    remember(its.calls, leaf.call);
    return undefined;
  }

  /** One that was given once carries one call, and the further rounds of it, each of which goes on with one before. */
  #isAgain(story: Story, header: JsonObject, grant: Vote | undefined): string | undefined {
    const { follows } = header;
    const before = Array.isArray(follows) ? follows.filter((call) => typeof call === 'string') : [];
    const again = before.find((call) => story.followed.has(call));
    if (again !== undefined) return `and goes on with the call ${again}, which another went on with already`;
    const one = before.find((call) => story.calls.has(call));
    if (one !== undefined) {
      story.calls.delete(one);
      remember(story.followed, one);
      return undefined;
    }
    if (story.used === undefined || grant?.granted === 'call' || grant?.granted === 'tool') return undefined;
    if (this.#isLenient && (grant === undefined || before.length > 0)) return undefined;
    return `which record ${story.used} had used up`;
  }

  get #isLenient(): boolean {
    return this.#isShared || this.#hasGaps;
  }

  #story(id: string): Story {
    const known = this.#stories.get(id);
    if (known !== undefined) return known;
    const story: Story = {
      asked: undefined,
      votes: new Map(),
      hasStatement: false,
      inEmergency: new Set(),
      end: undefined,
      used: undefined,
      calls: new Set(),
      followed: new Set(),
    };
    this.#stories.set(id, story);
    if (this.#stories.size > BOUNDS.approvalsRemembered) {
      this.#hasGaps = true;
      for (const oldest of this.#stories.keys()) {
        this.#stories.delete(oldest);
        break;
      }
    }
    return story;
  }
}

function voteOf(leaf: CheckedLeaf, { state, vote, granted, usableUntil }: JsonObject): Vote {
  const untilMs = Date.parse(text(usableUntil) ?? '');
  return {
    n: leaf.n,
    isYes: vote === 'approve',
    granted: state === 'approved' && vote === 'approve' ? (text(granted) ?? 'once') : undefined,
    untilMs: Number.isNaN(untilMs) ? Number.POSITIVE_INFINITY : untilMs,
  };
}

/** What is wrong with this use by itself, whether or not it is the first. */
function faultOf(story: Story, leaf: CheckedLeaf, header: JsonObject, grant: Vote | undefined): string | undefined {
  const { asked, votes, end } = story;
  if (asked !== undefined) {
    if (asked.who !== callerOf(header)) return 'which another caller asked for';
    if (!isSameThing(asked.what, whatOf(header))) return 'which was asked for something else';
  }
  const isForAWhile = grant?.granted === 'call' || grant?.granted === 'tool';
  // A use that was under way when its approval was ended may come after the end, by as long as a record waits.
  if (end !== undefined && !(isForAWhile && leaf.t <= end.t + BOUNDS.approvalEndMs))
    return `which had ended with record ${end.n} (${end.act})`;
  if (grant === undefined) return undefined;
  if (leaf.t > grant.untilMs + BOUNDS.recordWaitMs) return 'whose time was over';
  const no = [...votes.values()].find(({ isYes, n }) => !isYes && n < grant.n);
  if (no !== undefined) return `which record ${no.n} had refused`;
  if (asked === undefined) return undefined;
  if ([...votes].some(([who, { isYes }]) => isYes && story.inEmergency.has(who)))
    return grant.granted === 'once' ? undefined : 'which was given in an emergency for more than once';
  if (votes.has(asked.who)) return 'for which whoever asked voted';
  const yes = [...votes.values()].filter(({ isYes }) => isYes).length;
  if (yes < asked.needed) return `for which ${yes} of ${asked.needed} agreed`;
  if (asked.asksForStatement && !story.hasStatement) return 'for which whoever asked had to say why and did not';
  return undefined;
}
