/**
 * Calls whose stream gave event ids, and which can therefore be resumed by GET (MCP 2025-11-25, Resumability and Redelivery).
 * A call is attached to an exchange with its server; it waits when the server ended that one without an answer (polling); it
 * is closed once its intent has a result, and may then be asked for again for a while. Knows no HTTP and writes no record.
 */
import type { Forwarded, RestingCall, Taken } from '#gateway/call.ts';
import { closedCall, restingCall } from '#gateway/resting-call.ts';
import { callerKey } from '#identity/caller.ts';
import type { Limits } from '#limits.ts';
import { unreachable } from '#result.ts';

/** Why a call that waited for its client does no longer. */
export type Expiry = 'not_resumed' | 'session_ended' | 'stopping';

/** The hold of an exchange on its call. */
export type Attachment = {
  /** Somebody resumes the call: whatever this exchange still hears is theirs to ask for. */
  isTaken(): boolean;
  /** The exchange is over and the intent has its result, unless it was said before that the call waits. */
  close(): void;
  /** The exchange is over and the intent is open. False when it may not wait, as too many do: the intent is to be closed. */
  wait(): boolean;
};

export type Attaching = {
  /** Ends the exchange, when the call is resumed by another. */
  readonly cut: () => void;
  /** Closes the intent of the call, which waited in vain. It is kept while the call waits, and must hold nothing of an exchange. */
  readonly expire: (call: RestingCall, reason: Expiry) => Promise<void>;
};

export type ResumableCalls = {
  attach(binding: string, call: Forwarded, how: Attaching): Attachment;
  has(binding: string, call: string): boolean;
  /** Gives the call to the one who resumes it, once the exchange that had it is over. `attach` is what must follow, or `giveBack`. */
  take(binding: string, call: string): Promise<Taken | undefined>;
  /** What was taken, and whose resumption came to nothing, waits on. */
  giveBack(binding: string, call: string): void;
  /** Another request goes under this id in the session: what was answered under it is not asked for again. `isMeant` judges idKeys. */
  forget(caller: string, binding: string, isMeant: (idKey: string) => boolean): void;
  /** The session is over: what waits in it ends. */
  endOf(binding: string): void;
  /** Ends all that waits, with the gateway. */
  endAll(): void;
  /** Ends whose records are being written. */
  ending(): number;
};

type Attached = Attaching & { readonly state: 'attached'; readonly over: PromiseWithResolvers<void>; isTaken: boolean };
type Expiring = Pick<Attaching, 'expire'>;
type Waiting = Expiring & { readonly state: 'waiting'; readonly timer: NodeJS.Timeout };
/** Between two exchanges. */
type Moving = Expiring & { readonly state: 'moving'; readonly over: PromiseWithResolvers<void> };
type Closed = { readonly state: 'closed'; readonly timer: NodeJS.Timeout };
type Entry = {
  readonly binding: string;
  readonly caller: string;
  call: RestingCall;
  /** Its session is over: it may wait no more. */
  isEnded?: true;
  at: Attached | Waiting | Moving | Closed;
};

export function createResumableCalls(
  limits: Pick<
    Limits,
    'resumableCalls' | 'resumableCallsPerCaller' | 'waitingCallsPerCaller' | 'resumeWaitMs' | 'closedCallMs'
  >,
): ResumableCalls {
  // Maps keep insertion order: among those that are closed the oldest is forgotten first.
  const calls = new Map<string, Entry>();
  const perCaller = new Map<string, Set<string>>();
  let ending = 0;
  let isStopping = false;

  const drop = (id: string, entry: Entry): void => {
    const { caller } = entry;
    if (calls.get(id) !== entry) return;
    if (entry.at.state === 'closed') clearTimeout(entry.at.timer);
    calls.delete(id);
    const held = perCaller.get(caller);
    held?.delete(id);
    if (held?.size === 0) perCaller.delete(caller);
  };
  const oldestClosed = (ids: Iterable<string>): string | undefined => {
    for (const id of ids) if (calls.get(id)?.at.state === 'closed') return id;
    return undefined;
  };
  /** Open ones are bounded by the calls in flight and by `waitingCallsPerCaller`; only closed ones pile up. */
  const makeRoom = (caller: string): void => {
    const own = perCaller.get(caller);
    const full = own !== undefined && own.size > limits.resumableCallsPerCaller ? own : undefined;
    const ids = full ?? (calls.size > limits.resumableCalls ? calls.keys() : undefined);
    const id = ids === undefined ? undefined : oldestClosed(ids);
    const entry = id === undefined ? undefined : calls.get(id);
    if (id !== undefined && entry !== undefined) drop(id, entry);
  };
  const waitingOf = (caller: string): number =>
    [...(perCaller.get(caller) ?? [])].filter((id) => calls.get(id)?.at.state === 'waiting').length;

  const close = (entry: Entry): void => {
    entry.call = closedCall(entry.call);
    const timer = setTimeout(() => drop(entry.call.id, entry), limits.closedCallMs);
    timer.unref();
    entry.at = { state: 'closed', timer };
  };
  const expire = (entry: Entry, at: Waiting, reason: Expiry): void => {
    clearTimeout(at.timer);
    ending += 1;
    const ended = (): void => void (ending -= 1);
    at.expire(entry.call, reason).then(ended, ended);
    close(entry);
  };
  const letWait = (entry: Entry, { expire: expiring }: Expiring): void => {
    const timer = setTimeout(() => {
      if (entry.at.state === 'waiting') expire(entry, entry.at, 'not_resumed');
    }, limits.resumeWaitMs);
    // A stop ends what waits (`endAll`).
    timer.unref();
    const waiting: Waiting = { state: 'waiting', expire: expiring, timer };
    entry.at = waiting;
    // Somebody was going on with it when what waited ended.
    if (isStopping || entry.isEnded === true) expire(entry, waiting, isStopping ? 'stopping' : 'session_ended');
  };
  const find = (binding: string, id: string): Entry | undefined => {
    const entry = calls.get(id);
    return entry?.binding === binding ? entry : undefined;
  };

  return {
    attach(binding, call, how) {
      const caller = callerKey(call.verified.caller);
      const before = find(binding, call.id);
      if (before?.at.state === 'moving') before.at.over.resolve();
      const at: Attached = { ...how, state: 'attached', over: Promise.withResolvers<void>(), isTaken: false };
      const entry: Entry = { binding, caller, call: restingCall(call), at };
      calls.delete(call.id);
      calls.set(call.id, entry);
      const own = perCaller.get(caller) ?? new Set<string>();
      perCaller.set(caller, own.add(call.id));
      makeRoom(caller);
      let isOver = false;
      return {
        isTaken: () => at.isTaken,
        close() {
          if (isOver) return;
          isOver = true;
          close(entry);
          at.over.resolve();
        },
        wait() {
          isOver = true;
          const mayWait = at.isTaken || waitingOf(caller) < limits.waitingCallsPerCaller;
          if (mayWait) letWait(entry, how);
          else close(entry);
          at.over.resolve();
          return mayWait;
        },
      };
    },
    has: (binding, id) => find(binding, id) !== undefined,
    async take(binding, id) {
      for (;;) {
        const entry = find(binding, id);
        if (entry === undefined) return undefined;
        const { at } = entry;
        switch (at.state) {
          case 'closed':
            return { call: entry.call, state: 'closed' };
          case 'waiting':
            clearTimeout(at.timer);
            entry.at = { state: 'moving', expire: at.expire, over: Promise.withResolvers<void>() };
            return { call: entry.call, state: 'open' };
          case 'attached':
            at.isTaken = true;
            at.cut();
            await at.over.promise;
            break;
          case 'moving':
            await at.over.promise;
            break;
          default:
            return unreachable(at);
        }
      }
    },
    giveBack(binding, id) {
      const entry = find(binding, id);
      if (entry?.at.state !== 'moving') return;
      const { over } = entry.at;
      letWait(entry, entry.at);
      over.resolve();
    },
    forget(caller, binding, isMeant) {
      for (const id of perCaller.get(caller) ?? []) {
        const entry = find(binding, id);
        if (entry?.at.state === 'closed' && isMeant(entry.call.message.idKey)) drop(id, entry);
      }
    },
    endOf(binding) {
      for (const entry of calls.values()) {
        if (entry.binding !== binding) continue;
        entry.isEnded = true;
        if (entry.at.state === 'waiting') expire(entry, entry.at, 'session_ended');
      }
    },
    endAll() {
      isStopping = true;
      for (const entry of calls.values()) if (entry.at.state === 'waiting') expire(entry, entry.at, 'stopping');
    },
    ending: () => ending,
  };
}
