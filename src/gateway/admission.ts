/** How many calls may be on their way at once: in all, and for one caller. */
import type { Limits } from '#limits.ts';

export type Admission = {
  /** False when the gateway is full. Every successful `enter` needs one `leave` with the same id. */
  enter(call: string): boolean;
  /** False when this caller has too many calls on the way. Only after `enter`. */
  enterCaller(call: string, caller: string): boolean;
  leave(call: string): void;
  inFlight(): number;
};

export function createAdmission(limits: Pick<Limits, 'callsInFlight' | 'callsInFlightPerCaller'>): Admission {
  const calls = new Map<string, string | undefined>();
  const perCaller = new Map<string, number>();
  return {
    enter(call) {
      if (calls.size >= limits.callsInFlight) return false;
      calls.set(call, undefined);
      return true;
    },
    enterCaller(call, caller) {
      const running = perCaller.get(caller) ?? 0;
      if (running >= limits.callsInFlightPerCaller) return false;
      perCaller.set(caller, running + 1);
      calls.set(call, caller);
      return true;
    },
    leave(call) {
      const caller = calls.get(call);
      calls.delete(call);
      if (caller === undefined) return;
      const running = (perCaller.get(caller) ?? 1) - 1;
      if (running === 0) perCaller.delete(caller);
      else perCaller.set(caller, running);
    },
    inFlight: () => calls.size,
  };
}
