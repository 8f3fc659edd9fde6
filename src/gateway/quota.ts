/**
 * A limit that was reached, as it is told to the caller: the fields of draft-ietf-httpapi-ratelimit-headers, which name
 * the limit and its size and never who else shares it.
 */
import type { HeaderPair } from '#upstream/port.ts';

export type QuotaUnit = 'requests' | 'content-bytes' | 'concurrent-requests';

export type Quota = {
  /** Names the limit for clients; a fixed word. */
  readonly policy: string;
  readonly size: number;
  readonly unit: QuotaUnit;
  /** Undefined for what is counted at one moment. */
  readonly windowMs: number | undefined;
};

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

/** Section 3, Quota Policy Item: the unit `requests` is the default and stays unsaid. */
function policyItem({ policy, size, unit, windowMs }: Quota): string {
  const qu = unit === 'requests' ? '' : `;qu="${unit}"`;
  const w = windowMs === undefined ? '' : `;w=${seconds(windowMs)}`;
  return `"${policy}";q=${Math.floor(size)}${qu}${w}`;
}

/** `RateLimit-Policy` and `RateLimit` of an exhausted quota; `t` only where the time of more is known (section 4.1.2). */
export function rateLimitHeaders(quota: Quota, retryAfterMs: number): readonly HeaderPair[] {
  const t = quota.windowMs === undefined ? '' : `;t=${seconds(retryAfterMs)}`;
  return [
    ['ratelimit-policy', policyItem(quota)],
    ['ratelimit', `"${quota.policy}";r=0${t}`],
  ];
}
