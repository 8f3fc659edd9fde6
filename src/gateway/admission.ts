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
  leave(call: string): void;
  inFlight(): number;
  /** Ends every exchange on its way: the last act of a stop. */
  cutAll(): void;
  /** Ends those that would never end by themselves: the first act of a stop. */
  cutLasting(): void;
  /** Ends the calls whose callers are nobody any more, and what lasts and may not. Asked often, so that no call needs a timer of its own. */
  endOver(): void;
};

type Held = { calls: number; streams: number; listeners: number };
type Admitted = {
  readonly cut: AbortController;
  caller: string | undefined;
  isStream: boolean;
  isLasting: boolean;
  tenure: Tenure | undefined;
};

export function createAdmission(
  limits: Pick<
    Limits,
    'callsInFlight' | 'callsInFlightPerCaller' | 'streamsPerCaller' | 'listeners' | 'listenersPerCaller'
  >,
): Admission {
  const calls = new Map<string, Admitted>();
  const perCaller = new Map<string, Held>();
  let listeners = 0;
  return {
    enter(call, cut) {
      if (calls.size - listeners >= limits.callsInFlight) return false;
      calls.set(call, { cut, caller: undefined, isStream: false, isLasting: false, tenure: undefined });
      return true;
    },
    enterCaller(call, caller, tenure) {
      const admitted = calls.get(call);
      const held = perCaller.get(caller) ?? { calls: 0, streams: 0, listeners: 0 };
      if (admitted === undefined || held.calls >= limits.callsInFlightPerCaller) return 'calls_in_flight_per_caller';
      if (held.streams >= limits.streamsPerCaller) return 'streams_per_caller';
      held.calls += 1;
      perCaller.set(caller, held);
      admitted.caller = caller;
      admitted.tenure = tenure;
      return 'entered';
    },
    streams(call) {
      const admitted = calls.get(call);
      const held = admitted?.caller === undefined ? undefined : perCaller.get(admitted.caller);
      if (admitted === undefined || held === undefined || admitted.isStream || admitted.isLasting) return;
      admitted.isStream = true;
      held.streams += 1;
    },
    lasts(call, isOver) {
      const admitted = calls.get(call);
      const held = admitted?.caller === undefined ? undefined : perCaller.get(admitted.caller);
      if (admitted?.isLasting === true) return 'entered';
      if (admitted === undefined || held === undefined || listeners >= limits.listeners) return 'listeners';
      if (held.listeners >= limits.listenersPerCaller) return 'listeners_per_caller';
      listeners += 1;
      held.calls -= 1;
      held.listeners += 1;
      admitted.isLasting = true;
      const { tenure } = admitted;
      if (tenure !== undefined) admitted.tenure = { isOver, end: () => tenure.end() };
      return 'entered';
    },
    leave(call) {
      const left = calls.get(call);
      calls.delete(call);
      const held = left?.caller === undefined ? undefined : perCaller.get(left.caller);
      if (left?.caller === undefined || held === undefined) return;
      if (left.isLasting) {
        listeners -= 1;
        held.listeners -= 1;
      } else held.calls -= 1;
      if (left.isStream) held.streams -= 1;
      if (held.calls + held.listeners === 0) perCaller.delete(left.caller);
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
