/** Whether an address is in one of the networks that a key may be used from. */
import { createTrustedProxies } from '#gateway/source.ts';
import type { TrustedProxies } from '#gateway/source.ts';

/** Lists are made once and asked at each call; one lives as long as what it belongs to. */
const lists = new WeakMap<readonly string[], TrustedProxies>();

/** @param source as source.ts believes it */
export function isWithin(source: string, networks: readonly string[]): boolean {
  const list = lists.get(networks) ?? createTrustedProxies(networks);
  lists.set(networks, list);
  return list.trusts(source);
}
