/**
 * How a client is made to wait for people, without it giving up first: what its revision of MCP has for that, what it says it can
 * do, and what the configuration says. Plain data in, plain data out.
 */
import type { Elicits } from '#mcp/elicits.ts';
import type { ProtocolEra } from '#mcp/revisions/versions.ts';
import { unreachable } from '#result.ts';

/**
 * `auto`: the best that the client can do. `hold`: its answer waits, then it is refused with the id. `rounds`: it is sent away
 * with a state and comes back by itself (2026-07-28). `url_error`: its answer waits, then it is told where to look (-32042,
 * 2025-11-25). `refuse`: at once.
 */
export const WAITINGS = ['auto', 'hold', 'rounds', 'url_error', 'refuse'] as const;
export type Waiting = (typeof WAITINGS)[number];

export type WaitingClient = {
  readonly era: ProtocolEra;
  readonly protocol: string | undefined;
  readonly method: string;
  /** What it says that it can ask its user. */
  readonly elicits: Elicits;
  /** It has a session and takes a stream, so it can be asked before it is answered (legacy). */
  readonly isReachable: boolean;
  /** It goes on with what its server asked for: a state of ours would take the place of the server's. */
  readonly isFurtherRound: boolean;
  /** It asks for a task. */
  readonly wantsTask: boolean;
};

/**
 * `tells`: its user is asked once to look at the page of the request. `asks`: its user can be asked in a form why the call is
 * made. In rounds that stands in what the client is sent away with; while its answer waits it comes before it, on its stream.
 */
export type Way =
  | { readonly kind: 'rounds'; readonly tells: boolean; readonly asks: boolean }
  | { readonly kind: 'hold'; readonly ends: 'refusal' | 'url_error'; readonly tells: boolean; readonly asks: boolean }
  /** It gets a task of the gateway, and polls (2025-11-25). */
  | { readonly kind: 'task' }
  | { readonly kind: 'refuse' };

/** MCP 2026-07-28, Multi Round-Trip Requests, Supported Requests. */
const ROUNDS: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);
/** The only revision with the error (MCP 2025-11-25, Elicitation, URL Elicitation Required Error). */
const URL_ERROR_REVISION = '2025-11-25';

const HOLD: Extract<Way, { readonly kind: 'hold' }> = { kind: 'hold', ends: 'refusal', tells: false, asks: false };

/** @param hasPage there is a page that its user can be sent to */
export function wayOf(waiting: Waiting, client: WaitingClient, hasPage: boolean): Way {
  const { era, protocol, method, elicits, isReachable, isFurtherRound, wantsTask } = client;
  const canRounds = era === 'modern' && ROUNDS.has(method) && !isFurtherRound;
  const canUrlError = protocol === URL_ERROR_REVISION && hasPage;
  switch (waiting) {
    case 'refuse':
      return { kind: 'refuse' };
    case 'hold':
      return HOLD;
    case 'rounds':
      return canRounds ? { kind: 'rounds', tells: false, asks: false } : HOLD;
    case 'url_error':
      return canUrlError ? { ...HOLD, ends: 'url_error' } : HOLD;
    case 'auto':
      if (canRounds) return { kind: 'rounds', tells: hasPage && elicits.url, asks: elicits.form };
      if (era === 'modern') return HOLD;
      if (wantsTask) return { kind: 'task' };
      return {
        kind: 'hold',
        ends: canUrlError && elicits.url ? 'url_error' : 'refusal',
        tells: isReachable && canUrlError && elicits.url,
        asks: isReachable && elicits.form,
      };
    default:
      return unreachable(waiting);
  }
}
