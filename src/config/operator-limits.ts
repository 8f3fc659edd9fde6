/**
 * Which bounds of src/limits.ts an operator may change in `limits:` of gatebook.yaml, and how far. What is not here is
 * part of a format or of a protocol and stays as it is.
 */
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';

/** Smallest and largest value accepted, in the unit the name ends with. */
type Range = readonly [min: number, max: number];

const DAY_MS = 24 * 3_600_000;
const GIB = 1024 ** 3;

export const OPERATOR_LIMITS = {
  messageBytes: [1024, 256 * 1024 * 1024],
  jsonDepth: [8, 512],
  jsonNodes: [1_000, 20_000_000],
  maskingWork: [1024 * 1024, 4 * GIB],
  maskHereBytes: [1_024, 1024 * 1024],
  maskThreads: [1, 64],
  maskWorkerMs: [100, 600_000],
  maskJobsWaiting: [1, 10_000],
  maskJobsWaitingPerCaller: [1, 10_000],
  maskWaitMs: [100, 600_000],
  headerBytes: [4_096, 256 * 1024],
  headerCount: [20, 1_000],
  requestReceiveMs: [1_000, 600_000],
  headersReceiveMs: [1_000, 120_000],
  keepAliveMs: [1_000, 600_000],
  tlsHandshakeMs: [1_000, 120_000],
  tlsPollMs: [100, DAY_MS],
  tlsExpiryWarnMs: [0, 365 * DAY_MS],
  clientConnections: [1, 1_000_000],
  connectionsPerSource: [1, 1_000_000],
  callsInFlight: [1, 100_000],
  callsInFlightPerCaller: [1, 100_000],
  streamsPerCaller: [1, 100_000],
  listeners: [1, 100_000],
  listenersPerCaller: [1, 100_000],
  responseWriteStallMs: [1_000, 600_000],
  expiredAnswerMs: [0, 600_000],
  streamQuietMs: [100, 600_000],
  waitingCallsPerCaller: [0, 10_000],
  resumeWaitMs: [1_000, DAY_MS],
  tokenBytes: [1_024, 64 * 1024],
  tokenLifetimeMs: [60_000, 7 * DAY_MS],
  tokenClockSkewMs: [0, 300_000],
  tokenCacheEntries: [1, 1_000_000],
  tokenGroups: [1, 10_000],
  issuerFetchMs: [500, 60_000],
  issuerRefetchCooldownMs: [1_000, 3_600_000],
  issuerKeysFreshMs: [10_000, DAY_MS],
  issuerKeysStaleMs: [60_000, 7 * DAY_MS],
  conditionNodes: [10, 10_000],
  conditionCost: [1_000, 10_000_000],
  decisionCost: [10_000, 100_000_000],
  definitionsPerConnection: [1, 100_000],
  definitionVersions: [2, 64],
  upstreamConnectMs: [100, 120_000],
  upstreamHeadersMs: [1_000, 3_600_000],
  upstreamIdleMs: [1_000, DAY_MS],
  upstreamSockets: [1, 10_000],
  upstreamStreamSockets: [1, 100_000],
  stdioProcesses: [1, 10_000],
  stdioProcessesPerCaller: [1, 1_000],
  stdioIdleMs: [1_000, DAY_MS],
  stdioStopMs: [100, 60_000],
  stdioPendingCalls: [1, 100_000],
  sseStreams: [1, 100_000],
  sseStreamsPerCaller: [1, 10_000],
  sseOpenMs: [100, 600_000],
  sseIdleMs: [1_000, DAY_MS],
  sessions: [1, 1_000_000],
  sessionsPerCaller: [1, 1_000_000],
  sessionIdleMs: [10_000, 7 * DAY_MS],
  segmentBytes: [1024 * 1024, 4 * GIB - 1],
  ledgerQueueRecords: [16, 1_000_000],
  ledgerQueueBytes: [1024 * 1024, 8 * GIB],
  refusalQueueRecords: [16, 100_000],
  ledgerSyncStallMs: [1_000, 600_000],
  ledgerFreeBytesMin: [16 * 1024 * 1024, 1024 * GIB],
  heartbeatMs: [1_000, 3_600_000],
  strangerRecordsPerHour: [2, 1_000_000],
  refusalWindowMs: [1_000, 3_600_000],
  refusalsPerSourcePerWindow: [1, 1_000_000],
  refusalsPerKnownSourcePerWindow: [1, 100_000_000],
  sources: [1, 1_000_000],
  sourceRequestsPerSecond: [1, 1_000_000],
  sourceRequestsBurst: [1, 10_000_000],
  callersCounted: [1, 1_000_000],
  callerCallsPerMinute: [1, 100_000_000],
  callerCallsBurst: [1, 10_000_000],
  callersBudgeted: [1, 1_000_000],
  searchWaitMs: [0, 60_000],
  searchMs: [100, 60_000],
  eventStreams: [0, 256],
  eventStreamsPerCaller: [0, 64],
  indexedTextBytes: [0, 1024 * 1024],
  apiRequestsInFlight: [1, 10_000],
  apiRequestsPerCaller: [1, 1_000],
  apiRequestMs: [1_000, 600_000],
  logLinesPerMinute: [1, 1_000_000],
  metricsSeries: [100, 100_000],
  metricsToolNames: [0, 10_000],
  readyGraceMs: [0, 600_000],
  drainMs: [0, 600_000],
} as const satisfies { readonly [K in keyof Limits]?: Range };

export type OperatorLimit = keyof typeof OPERATOR_LIMITS;

/** The defaults with what the operator changed. */
export function effectiveLimits(changed: { readonly [K in OperatorLimit]?: number | undefined }): Limits {
  const given = Object.entries(changed).filter(([, value]) => value !== undefined);
  return { ...LIMITS, ...Object.fromEntries(given) };
}
