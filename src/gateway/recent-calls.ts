/**
 * What each caller did lately on each connection, for conditions that ask (`recent`): calls that went on to the server, in all
 * and of each tool, and calls that policy denied. In the memory of this process, beginning at nothing when it starts; several
 * worker processes each know their own. Where more is called than there is room for, what comes later is counted together:
 * nobody's count is ever too low because of others, or because of other names.
 */
import { RecentCount } from '#gateway/recent-count.ts';
import { createSlotTable } from '#gateway/slot-table.ts';
import type { SlotTable } from '#gateway/slot-table.ts';
import type { Limits } from '#limits.ts';
import type { RecentCalls as Recent } from '#policy/input.ts';

/** `caller`: its key (`callerKey`). Times are monotonic milliseconds. */
export type Past = { readonly connection: string; readonly caller: string };

export type RecentCalls = {
  /** Before this call. */
  look(past: Past, method: string, name: string, nowMs: number): Recent;
  /** A call goes on. */
  count(past: Past, method: string, name: string, nowMs: number): void;
  /** Policy denied one. */
  countDenied(past: Past, nowMs: number): void;
};

class CallerPast {
  readonly calls = new RecentCount();
  readonly denied = new RecentCount();
  readonly #tools: RecentCount[] = [];
  #names: SlotTable | undefined;
  readonly #limits: Pick<Limits, 'recentTools'>;
  #nowMs = 0;

  constructor(limits: Pick<Limits, 'recentTools'>) {
    this.#limits = limits;
  }

  tool(method: string, name: string, nowMs: number): RecentCount {
    this.#nowMs = nowMs;
    // Most callers never have a rule look at their tools.
    this.#names ??= createSlotTable({
      keys: this.#limits.recentTools,
      isIdle: (slot) => this.#at(slot).isEmpty(this.#nowMs),
      clear: (slot) => this.#at(slot).clear(),
    });
    return this.#at(this.#names.slotOf(`${method}\n${name}`));
  }

  isEmpty(nowMs: number): boolean {
    return this.calls.isEmpty(nowMs) && this.denied.isEmpty(nowMs);
  }

  /** Nothing of it counts any more; the room of its tools is given back. */
  clear(): void {
    this.calls.clear();
    this.denied.clear();
    this.#names = undefined;
    this.#tools.length = 0;
  }

  #at(slot: number): RecentCount {
    return (this.#tools[slot] ??= new RecentCount());
  }
}

export function createRecentCalls(limits: Pick<Limits, 'recentCallers' | 'recentTools'>): RecentCalls {
  const pasts: CallerPast[] = [];
  let now = 0;
  const at = (slot: number): CallerPast => (pasts[slot] ??= new CallerPast(limits));
  const table = createSlotTable({
    keys: limits.recentCallers,
    isIdle: (slot) => at(slot).isEmpty(now),
    clear: (slot) => at(slot).clear(),
  });
  const pastOf = ({ connection, caller }: Past, nowMs: number): CallerPast => {
    now = nowMs;
    return at(table.slotOf(`${connection}\n${caller}`));
  };
  return {
    look(past, method, name, nowMs) {
      const own = pastOf(past, nowMs);
      return {
        calls: own.calls.times(nowMs),
        denied: own.denied.times(nowMs),
        tool: own.tool(method, name, nowMs).times(nowMs),
      };
    },
    count(past, method, name, nowMs) {
      const own = pastOf(past, nowMs);
      own.calls.add(nowMs);
      own.tool(method, name, nowMs).add(nowMs);
    },
    countDenied(past, nowMs) {
      pastOf(past, nowMs).denied.add(nowMs);
    },
  };
}
