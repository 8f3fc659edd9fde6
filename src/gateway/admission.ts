/** How many calls may be on their way at once: in all, and for one caller; and how many of those may be streams. */
import type { Limits } from '#limits.ts';

export type CallRoom = 'entered' | 'calls_in_flight_per_caller' | 'streams_per_caller';
/** Whether there is room for one more stream that lasts. */
export type CallerRoom = 'entered' | 'listeners' | 'listeners_per_caller';

/** What is known of a call once its caller is. */
export type Tenure = {
  /** Whether the caller is nobody any more, so that the call must end. */
  isOver(): boolean;
  /** Called once. */
  end(): void;
};

export type Admission = {
  /** False when the gateway is full. Every successful `enter` needs one `leave` with the same id. `cut` ends its exchange upstream. */
  enter(call: string, cut: AbortController): boolean;
  /**
   * Whether this caller may have one more call on the way. Only after `enter`. Any call may be answered with a stream and
   * none may be refused after it ran, so a caller with all the streams there may be begins nothing new.
   */
  enterCaller(call: string, caller: string, tenure: Tenure): CallRoom;
  /** The call is being answered with an event stream, until it leaves. */
  streams(call: string): void;
  /**
   * It ends only when somebody ends it: a stop does not wait for it, and it leaves its place among the calls for one among
   * what lasts, where there is one. From then on `isOver` says whether it must end.
   */
  lasts(call: string, isOver: () => boolean): CallerRoom;
  /** It waits for people: it leaves its place among the calls, though not among those of its caller. */
  holds(call: string): void;
  /**
   * It goes on, and takes a place again. False: there is none, and it stands in line: `entered` is called once it has one.
   * Whoever comes anew has none before all in line have theirs.
   */
  goesOn(call: string, entered: () => void): boolean;
  leave(call: string): void;
  inFlight(): number;
  /** Ends every exchange on its way: the last act of a stop. */
  cutAll(): void;
  /** Ends those that would never end by themselves: the first act of a stop. */
  cutLasting(): void;
  /** Ends the calls whose callers are nobody any more, and what lasts and may not. Asked often, so that no call needs a timer of its own. */
  endOver(): void;
};

type Share = { calls: number; streams: number; listeners: number };
type Admitted = {
  readonly cut: AbortController;
  caller: string | undefined;
  isStream: boolean;
  isLasting: boolean;
  isHeld: boolean;
  tenure: Tenure | undefined;
};

export function createAdmission(
  limits: Pick<
    Limits,
    'callsInFlight' | 'callsInFlightPerCaller' | 'streamsPerCaller' | 'listeners' | 'listenersPerCaller'
  >,
): Admission {
  const calls = new Map<string, Admitted>();
  const perCaller = new Map<string, Share>();
  const line = new Map<string, () => void>();
  let [listeners, held] = [0, 0];
  const isFull = (): boolean => calls.size - listeners - held >= limits.callsInFlight;
  const takesPlace = (admitted: Admitted): void => {
    admitted.isHeld = false;
    held -= 1;
  };
  /** A place came free: the first in line has it. */
  const advance = (): void => {
    const [first] = line;
    if (first === undefined || isFull()) return;
    const [call, entered] = first;
    line.delete(call);
    const admitted = calls.get(call);
    if (admitted !== undefined) takesPlace(admitted);
    entered();
  };
  return {
    enter(call, cut) {
      if (isFull()) return false;
      calls.set(call, { cut, caller: undefined, isStream: false, isLasting: false, isHeld: false, tenure: undefined });
      return true;
    },
    enterCaller(call, caller, tenure) {
      const admitted = calls.get(call);
      const share = perCaller.get(caller) ?? { calls: 0, streams: 0, listeners: 0 };
      if (admitted === undefined || share.calls >= limits.callsInFlightPerCaller) return 'calls_in_flight_per_caller';
      if (share.streams >= limits.streamsPerCaller) return 'streams_per_caller';
      share.calls += 1;
      perCaller.set(caller, share);
      admitted.caller = caller;
      admitted.tenure = tenure;
      return 'entered';
    },
    streams(call) {
      const admitted = calls.get(call);
      const share = admitted?.caller === undefined ? undefined : perCaller.get(admitted.caller);
      if (admitted === undefined || share === undefined || admitted.isStream || admitted.isLasting) return;
      admitted.isStream = true;
      share.streams += 1;
    },
    lasts(call, isOver) {
      const admitted = calls.get(call);
      const share = admitted?.caller === undefined ? undefined : perCaller.get(admitted.caller);
      if (admitted?.isLasting === true) return 'entered';
      if (admitted === undefined || share === undefined || listeners >= limits.listeners) return 'listeners';
      if (share.listeners >= limits.listenersPerCaller) return 'listeners_per_caller';
      listeners += 1;
      share.calls -= 1;
      share.listeners += 1;
      admitted.isLasting = true;
      const { tenure } = admitted;
      if (tenure !== undefined) admitted.tenure = { isOver, end: () => tenure.end() };
      advance();
      return 'entered';
    },
    holds(call) {
      const admitted = calls.get(call);
      if (admitted === undefined || admitted.isHeld || admitted.isLasting) return;
      admitted.isHeld = true;
      held += 1;
      advance();
    },
    goesOn(call, entered) {
      const admitted = calls.get(call);
      if (admitted?.isHeld !== true) return true;
      if (isFull()) {
        line.set(call, entered);
        return false;
      }
      takesPlace(admitted);
      return true;
    },
    leave(call) {
      const left = calls.get(call);
      calls.delete(call);
      line.delete(call);
      if (left?.isHeld === true) held -= 1;
      advance();
      const share = left?.caller === undefined ? undefined : perCaller.get(left.caller);
      if (left?.caller === undefined || share === undefined) return;
      if (left.isLasting) {
        listeners -= 1;
        share.listeners -= 1;
      } else share.calls -= 1;
      if (left.isStream) share.streams -= 1;
      if (share.calls + share.listeners === 0) perCaller.delete(left.caller);
    },
    inFlight: () => calls.size,
    cutAll() {
      for (const { cut } of calls.values()) cut.abort();
    },
    cutLasting() {
      for (const { cut, isLasting } of calls.values()) if (isLasting) cut.abort();
    },
    endOver() {
      for (const admitted of calls.values()) {
        const { tenure } = admitted;
        if (tenure?.isOver() !== true) continue;
        admitted.tenure = undefined;
        tenure.end();
      }
    },
  };
}
