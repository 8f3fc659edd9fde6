/** How many calls may be on their way at once: in all, and for one caller. */
import type { Limits } from '#limits.ts';

export type Admission = {
  /** False when the gateway is full. Every successful `enter` needs one `leave` with the same id. `cut` ends its exchange upstream. */
  enter(call: string, cut: AbortController): boolean;
  /** False when this caller has too many calls on the way. Only after `enter`. */
  enterCaller(call: string, caller: string): boolean;
  leave(call: string): void;
  inFlight(): number;
  /** Ends every exchange on its way: the last act of a stop. */
  cutAll(): void;
};

export function createAdmission(limits: Pick<Limits, 'callsInFlight' | 'callsInFlightPerCaller'>): Admission {
  const calls = new Map<string, { readonly cut: AbortController; caller: string | undefined }>();
  const perCaller = new Map<string, number>();
  return {
    enter(call, cut) {
      if (calls.size >= limits.callsInFlight) return false;
      calls.set(call, { cut, caller: undefined });
      return true;
    },
    enterCaller(call, caller) {
      const admitted = calls.get(call);
      const running = perCaller.get(caller) ?? 0;
      if (admitted === undefined || running >= limits.callsInFlightPerCaller) return false;
      perCaller.set(caller, running + 1);
      admitted.caller = caller;
      return true;
    },
    leave(call) {
      const caller = calls.get(call)?.caller;
      calls.delete(call);
      if (caller === undefined) return;
      const running = (perCaller.get(caller) ?? 1) - 1;
      if (running === 0) perCaller.delete(caller);
      else perCaller.set(caller, running);
    },
    inFlight: () => calls.size,
    cutAll() {
      for (const { cut } of calls.values()) cut.abort();
    },
  };
}
