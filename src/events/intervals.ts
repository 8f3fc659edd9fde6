/** Stretches of time that events are counted in. Aligned with the Unix epoch, so with UTC's days. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const INTERVALS = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': HOUR,
  '6h': 6 * HOUR,
  '1d': 24 * HOUR,
  '7d': 7 * 24 * HOUR,
} as const;
export type Interval = keyof typeof INTERVALS;
