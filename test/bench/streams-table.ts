/** What test/bench/streams.ts measures, and how it is printed there and by `npm run bench`. */

/** One stream with as much in it as it takes. */
export type Flood = {
  readonly mib: number;
  readonly messageKib: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
};

/** Times in milliseconds from the server's write to the client's read; memory in MiB. */
export type StreamCosts = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The same without the gateway, at p50. */
  readonly directMs: number;
  /** Of this disk, at p50. */
  readonly syncMs: number;
  readonly idleMib: number;
  readonly streams: number;
  readonly openMib: number;
  readonly corePercent: number;
  readonly flood: Flood;
};

export function streamsTable(costs: StreamCosts): string {
  const { p50Ms, p99Ms, directMs, syncMs, flood } = costs;
  const beyond = (ms: number): string => (ms - directMs - syncMs).toFixed(2);
  return [
    '| streams | measured | budget |',
    '|---|--:|--:|',
    `| a message of a stream at ${costs.perSecond} a second, delay beyond direct (${directMs.toFixed(2)} ms) and the sync of its record (${syncMs.toFixed(2)} ms), p50 | ${beyond(p50Ms)} ms | ≤ 1 |`,
    `| the same, p99 | ${beyond(p99Ms)} ms |  |`,
    `| memory with ${costs.streams.toLocaleString('en-US')} silent open streams (idle before: ${costs.idleMib.toFixed(0)} MiB) | ${costs.openMib.toFixed(0)} MiB | ≤ 300 |`,
    `| CPU of these | ${costs.corePercent.toFixed(1)} % of a core |  |`,
    `| ${flood.mib.toFixed(0)} MiB through one stream, in messages of ${flood.messageKib} KiB | ${((flood.mib * 1.048576) / flood.seconds).toFixed(0)} MB/s, CPU ${flood.cpuSeconds.toFixed(1)} s |  |`,
    `| peak of memory meanwhile | ${flood.peakMib.toFixed(0)} MiB |  |`,
  ].join('\n');
}
