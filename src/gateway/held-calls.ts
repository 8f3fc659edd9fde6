/**
 * Calls that wait for people in this process: how many there may be and what they may keep in memory, found by the approval
 * they wait for, with one clock for all of them. Knows neither who decides nor what is said to whoever waits.
 */
import { member, parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import type { Limits } from '#limits.ts';

export type HeldCall = {
  /** The message as it would go up. It holds neither the caller's token nor a credential (P5). */
  readonly sent: Buffer;
  /** What is kept of its message meanwhile. */
  readonly bytes: number;
  /** Called when its time is over, or that of the process. */
  over(): void;
  /** Names the request to whoever cancels it: its id in its session. */
  readonly requestKey: string;
  /** Called each time that it is told that it waits. */
  tell(): void;
};

/** Monotonic milliseconds. `tellEveryMs`: `Infinity` where it cannot be told. */
export type HeldTimes = { readonly overMs: number; readonly tellEveryMs: number };

export type HeldPlace = {
  /** Its time is over later, or earlier, than was said. */
  until(overMs: number): void;
  /** Called once or more. */
  leave(): void;
};

export type HeldCalls = {
  /** The call waits from here on, until it leaves. Undefined: there is no room for it. */
  enter(approval: string, call: HeldCall, times: HeldTimes): HeldPlace | undefined;
  /** Its client does not want its answer any more: it waits no longer, and does not go on. */
  cancel(requestKey: string): void;
  /** How many wait for the approval. */
  waitingFor(approval: string): number;
  /**
   * `params.arguments` as one that waits for the approval would send them, spelled as its client did but for what is masked on
   * its way. Undefined when none waits in this process, when it has none, and when its message is longer than `heldShownBytes`.
   */
  argumentsOf(approval: string): string | undefined;
  /** The process stops: all of them have waited long enough. */
  endAll(): void;
  counts(): { readonly calls: number; readonly bytes: number };
};

export type HeldCallParts = {
  readonly limits: Pick<
    Limits,
    'heldCalls' | 'heldBytes' | 'heldTickMs' | 'heldShownBytes' | 'jsonDepth' | 'jsonNodes'
  >;
  readonly monotonic: () => number;
};

/** Where one waits. A class, since there are ten thousand. */
class Waiting implements HeldPlace {
  readonly call: HeldCall;
  readonly approval: string;
  readonly tellEveryMs: number;
  readonly #left: (waiting: Waiting) => void;
  overMs: number;
  tellMs: number;

  constructor(
    at: { readonly call: HeldCall; readonly approval: string; readonly nowMs: number },
    { overMs, tellEveryMs }: HeldTimes,
    left: (waiting: Waiting) => void,
  ) {
    this.call = at.call;
    this.approval = at.approval;
    this.tellEveryMs = tellEveryMs;
    this.#left = left;
    this.overMs = overMs;
    this.tellMs = at.nowMs + tellEveryMs;
  }
  until(overMs: number): void {
    this.overMs = overMs;
  }
  leave(): void {
    this.#left(this);
  }
}

function argumentsIn({ text, root }: JsonDocument): string | undefined {
  const found = member(member(root, 'params'), 'arguments');
  return found === undefined ? undefined : text.slice(found.start, found.end);
}

export function createHeldCalls({ limits, monotonic }: HeldCallParts): HeldCalls {
  const held = new Map<string, Set<Waiting>>();
  let [calls, bytes] = [0, 0];
  let ticking: NodeJS.Timeout | undefined;
  const all = (): Waiting[] => [...held.values()].flatMap((waiting) => [...waiting]);

  const tick = (): void => {
    const nowMs = monotonic();
    for (const waiting of held.values())
      for (const one of waiting) {
        if (nowMs >= one.overMs) {
          one.overMs = Number.POSITIVE_INFINITY;
          one.call.over();
        } else if (nowMs >= one.tellMs) {
          one.tellMs = nowMs + one.tellEveryMs;
          one.call.tell();
        }
      }
  };
  const leave = (waiting: Waiting): void => {
    const others = held.get(waiting.approval);
    if (others?.delete(waiting) !== true) return;
    calls -= 1;
    bytes -= waiting.call.bytes;
    if (others.size === 0) held.delete(waiting.approval);
    if (held.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };

  return {
    enter(approval, call, times) {
      if (calls >= limits.heldCalls || bytes + call.bytes > limits.heldBytes) return undefined;
      const nowMs = monotonic();
      const waiting = new Waiting({ call, approval, nowMs }, times, leave);
      held.set(approval, (held.get(approval) ?? new Set()).add(waiting));
      calls += 1;
      bytes += call.bytes;
      ticking ??= setInterval(tick, limits.heldTickMs).unref();
      // Shorter than the clock ticks.
      const waitMs = times.overMs - nowMs;
      if (waitMs < limits.heldTickMs) setTimeout(tick, waitMs).unref();
      return waiting;
    },
    cancel(requestKey) {
      for (const { call } of all()) if (call.requestKey === requestKey) call.over();
    },
    waitingFor: (approval) => held.get(approval)?.size ?? 0,
    argumentsOf(approval) {
      // What waits for one approval is the same call, so any will do.
      const [one] = held.get(approval) ?? [];
      if (one === undefined || one.call.sent.length > limits.heldShownBytes) return undefined;
      const doc = parseJson(one.call.sent, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
      return doc.ok ? argumentsIn(doc.value) : undefined;
    },
    endAll() {
      for (const { call } of all()) call.over();
    },
    counts: () => ({ calls, bytes }),
  };
}
