/**
 * What may go through a connection in an hour (`connections.<name>.budget`): calls, and bytes of messages in both
 * directions, of all callers together and of each. It bounds what reaches a server, so it is asked last, and what was
 * refused before is not in it. An answer is never cut: it is counted when it has come, and the next call waits.
 */
import { createHourCount, HOUR_MS } from '#gateway/hour-count.ts';
import type { HourCount, HourUnit } from '#gateway/hour-count.ts';
import type { Quota } from '#gateway/quota.ts';
import { createSlotTable } from '#gateway/slot-table.ts';
import type { Limits } from '#limits.ts';

type Amounts = { readonly callsPerHour?: number | undefined; readonly bytesPerHour?: number | undefined };
export type Budget = Amounts & { readonly perCaller?: Amounts | undefined };

/** Whose spending it is, of which budget. */
export type Spender = { readonly connection: string; readonly budget: Budget; readonly caller: string };

export type OverBudget = {
  readonly reason:
    | 'connection_calls_per_hour'
    | 'connection_bytes_per_hour'
    | 'connection_calls_per_hour_per_caller'
    | 'connection_bytes_per_hour_per_caller';
  readonly retryAfterMs: number;
  readonly quota: Quota;
};

export type ConnectionQuota = {
  /** Spends `calls` and `bytes` if every amount has room for them; else spends nothing and says which had not. */
  spend(spender: Spender, calls: number, bytes: number, nowMs: number): OverBudget | undefined;
  /** What came back: counted, whatever the budget says. */
  count(spender: Spender, bytes: number, nowMs: number): void;
  /** Callers counted apart. */
  readonly size: number;
};

const POLICY = {
  connection_calls_per_hour: 'connection',
  connection_bytes_per_hour: 'connection-bytes',
  connection_calls_per_hour_per_caller: 'connection-caller',
  connection_bytes_per_hour_per_caller: 'connection-caller-bytes',
} as const satisfies Record<OverBudget['reason'], string>;

type Ask = { readonly calls: number; readonly bytes: number; readonly nowMs: number };

function over(unit: HourUnit, count: HourCount, limit: number | undefined, ask: Ask, scope: '' | '_per_caller') {
  const waitMs = limit === undefined || ask[unit] === 0 ? 0 : count.waitMs(unit, ask[unit], limit, ask.nowMs);
  if (limit === undefined || waitMs === 0) return undefined;
  const reason = `connection_${unit}_per_hour${scope}` as const;
  const quota: Quota = {
    policy: POLICY[reason],
    size: limit,
    unit: unit === 'calls' ? 'requests' : 'content-bytes',
    windowMs: HOUR_MS,
  };
  return { reason, retryAfterMs: waitMs, quota };
}

const overAny = (count: HourCount, amounts: Amounts, ask: Ask, scope: '' | '_per_caller'): OverBudget | undefined =>
  over('calls', count, amounts.callsPerHour, ask, scope) ?? over('bytes', count, amounts.bytesPerHour, ask, scope);

export function createConnectionQuota(limits: Pick<Limits, 'callersBudgeted'>): ConnectionQuota {
  const connections = new Map<string, HourCount>();
  const callers: HourCount[] = [];
  let now = 0;
  const countAt = (slot: number): HourCount => (callers[slot] ??= createHourCount());
  const table = createSlotTable({
    keys: limits.callersBudgeted,
    isIdle: (slot) => countAt(slot).isEmpty(now),
    clear: (slot) => countAt(slot).clear(),
  });

  const ofConnection = ({ connection }: Spender): HourCount => {
    const held = connections.get(connection);
    if (held !== undefined) return held;
    const made = createHourCount();
    connections.set(connection, made);
    return made;
  };
  const ofCaller = ({ connection, caller }: Spender, nowMs: number): HourCount => {
    now = nowMs;
    return countAt(table.slotOf(`${connection}\n${caller}`));
  };

  return {
    spend(spender, calls, bytes, nowMs) {
      const { budget } = spender;
      const ask = { calls, bytes, nowMs };
      const shared = ofConnection(spender);
      const own = budget.perCaller === undefined ? undefined : ofCaller(spender, nowMs);
      const exceeded =
        overAny(shared, budget, ask, '') ??
        (own === undefined ? undefined : overAny(own, budget.perCaller ?? {}, ask, '_per_caller'));
      if (exceeded !== undefined) return exceeded;
      shared.add(calls, bytes, nowMs);
      own?.add(calls, bytes, nowMs);
      return undefined;
    },
    count(spender, bytes, nowMs) {
      ofConnection(spender).add(0, bytes, nowMs);
      if (spender.budget.perCaller !== undefined) ofCaller(spender, nowMs).add(0, bytes, nowMs);
    },
    get size() {
      return table.size;
    },
  };
}
