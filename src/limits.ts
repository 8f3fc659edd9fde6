/**
 * Every bound of the gateway, by name: sizes in bytes, times in milliseconds, the unit last in the name.
 * What an operator may change is a key of `limits` in gatebook.yaml under the same name.
 */
export const LIMITS = {
  // configuration
  configBytes: 1024 * 1024,
  configDepth: 64,
  configAliases: 100,
  secretBytes: 64 * 1024,
  secretFileBytes: 1024 * 1024,

  // one JSON-RPC message
  messageBytes: 16 * 1024 * 1024,
  jsonDepth: 64,
  jsonNodes: 250_000,
  methodChars: 128,
  nameChars: 4096,
  idChars: 256,
  subscribedUris: 1_000,
  subscribedTasks: 200,
  /** Of all of them together: each is judged like a subscription, in one go. */
  subscribedUriChars: 32 * 1024,
  clientInfoChars: 256,

  // trace context of a message (W3C Trace Context 3.3.1.5, Baggage 3.3.2: what all must carry, and no more)
  traceparentChars: 256,
  tracestateChars: 512,
  tracestateMembers: 32,
  baggageBytes: 8_192,
  baggageMembers: 64,

  // masking
  findingsPerMessage: 200,
  findingPointerChars: 1_024,
  /** JSON, and Base64 of text, inside each other. */
  embeddedJsonLevels: 3,
  /** Encoded texts that are looked into, of one string. */
  base64Runs: 1_000,
  tableColumns: 1_000,
  tableHeadChars: 16_384,
  /** Of one string; the rest of it is text. */
  tableCells: 200_000,
  queryChars: 16_384,
  outputSchemaBytes: 64 * 1024,
  /** Compiled ones, of all connections. */
  outputSchemas: 200,
  tokensPerMessage: 500,
  /** Work of one message: about a character looked at once by all detectors (src/masking/engine/budget.ts). */
  maskingWork: 96 * 1024 * 1024,
  /** Costly checks of one message; after them the shape of a value decides. */
  maskingValidations: 256,
  /** Kinds of messages, by which rules apply to them, whose plan is kept. */
  maskingForks: 10_000,
  maskingRules: 500,
  /** Of one text; a text with more is masked as a whole. */
  maskingCandidates: 2_000,
  /** A larger message is masked in a thread of its own (src/mask-threads), so that no other call waits for it. */
  maskHereBytes: 64 * 1024,
  maskThreads: 2,
  /** A thread that has not answered by then is ended, and its message refused. */
  maskWorkerMs: 10_000,
  /** Messages that wait for a thread, how many of them one caller's, and for how long. */
  maskJobsWaiting: 256,
  maskJobsWaitingPerCaller: 32,
  maskWaitMs: 30_000,
  /** Heap of one thread. */
  maskThreadMegabytes: 1_024,
  /** Of one line of `gatebook mask`. */
  maskSpans: 100_000,
  maskLineBytes: 32 * 1024 * 1024,
  /** Of `masking.patterns`. */
  customPatterns: 100,
  customPatternChars: 512,
  /** Instructions of one, and of all of them. */
  customPatternProgram: 1_000,
  customPatternPrograms: 8_000,
  customPatternContext: 20,
  /** How much of a text, from where a value begins, is enough to know it. */
  customPatternReach: 1_024,
  /** Work of patterns, as in `maskingWork`, after which a message is masked in a thread of its own, however short it is. */
  customPatternWorkHere: 32_768,

  // worker processes: each has a book of its own
  workers: 64,
  workerRestartMs: 250,
  workerRestartMsMax: 30_000,
  workerStableMs: 10_000,
  workerMetricsMs: 3_000,

  // one HTTP exchange with a client
  headerBytes: 32 * 1024,
  headerCount: 100,
  requestReceiveMs: 30_000,
  headersReceiveMs: 10_000,
  keepAliveMs: 65_000,
  tlsHandshakeMs: 10_000,
  tlsPollMs: 60_000,
  tlsExpiryWarnMs: 14 * 24 * 3_600_000,
  clientConnections: 10_000,
  /** Of one IPv4 address or IPv6 /64 that is no trusted proxy. */
  connectionsPerSource: 2_500,
  /** Connections over the bound that are told so at a time, and how long they have to ask. */
  refusedConnections: 64,
  refusedConnectionMs: 1_000,
  callsInFlight: 2_000,
  callsInFlightPerCaller: 200,
  streamsPerCaller: 100,
  /** Streams that last, beside the calls in flight. */
  listeners: 8_000,
  listenersPerCaller: 2_000,
  /** Requests of a session that its server has not answered, whether or not somebody still waits. */
  unansweredPerSession: 1_024,
  responseWriteStallMs: 30_000,
  /** How long after the answer a server may still speak in an exchange; it is recorded as late. */
  lateListenMs: 2_000,
  /** How often the calls under way are looked at for callers who are revoked or whose token ended. */
  callerCheckMs: 250,
  /** How long after the end of its token a call may still get its plain answer. */
  expiredAnswerMs: 10_000,
  /** How long a legacy call goes on after its client left: it may come back for the answer only by asking again. */
  unclaimedAnswerMs: 60_000,
  /** After so long without a message a client gets an SSE comment, so that nothing between here and it cuts the stream. */
  streamQuietMs: 15_000,
  /** Of the server's event ids: a longer one is not passed down. */
  eventIdChars: 512,
  /** Calls whose stream gave event ids, open or over, that can still be asked for by `Last-Event-ID`. */
  resumableCalls: 4_096,
  resumableCallsPerCaller: 256,
  /** Calls whose server ended the stream before the answer, and how long they wait to be resumed. */
  waitingCallsPerCaller: 32,
  resumeWaitMs: 5 * 60_000,
  /** How long a call that is over can be asked for again. */
  closedCallMs: 5 * 60_000,
  /** A server that still takes the client for connected refuses to resume (409): so often it is asked, so long apart. */
  resumeTries: 5,
  resumeRetryMs: 100,
  /** Requests of servers that wait for a client's answer, in one session and in all. */
  askedPerSession: 256,
  asked: 16_384,

  // identity
  tokenBytes: 16 * 1024,
  tokenLifetimeMs: 24 * 3_600_000,
  tokenClockSkewMs: 60_000,
  tokenCacheEntries: 20_000,
  tokenCacheBytes: 32 * 1024 * 1024,
  tokenJsonDepth: 16,
  tokenJsonNodes: 4_096,
  tokenSubjectChars: 512,
  tokenAudiences: 32,
  tokenGroups: 1_000,
  tokenGroupChars: 512,
  tokenScopes: 256,
  rsaModulusBitsMin: 2_048,
  rsaModulusBitsMax: 8_192,
  clientSecretCharsMin: 32,
  // API keys of service accounts: src/accounts
  apiKeyLifetimeMs: 365 * 24 * 3_600_000,
  /** The one in use and the one that takes its place. */
  apiKeysPerAccount: 2,
  /** Ended and expired ones of an account that are still listed. */
  apiKeysEnded: 20,
  apiKeyNetworks: 32,
  apiKeysCached: 10_000,
  /** How often it is written at most that a key was used. */
  apiKeyUseMs: 3_600_000,
  /** One whose maker died before it was recorded keeps its place no longer. */
  apiKeyReservedMs: 60_000,
  apiKeyWritesWaiting: 256,
  /** Longer than `stateLockMs`, with time for the write itself. */
  apiKeyWriteMs: 10_000,
  /** Of one service account, that it signs with at the token endpoint. */
  clientKeys: 8,
  /** Of what such an account signs: how far ahead it may end, and its `jti`. */
  clientAssertionMs: 5 * 60_000,
  clientAssertionIdChars: 256,
  revocationEpochs: 100_000,
  /** How many that count no more are removed in one act, which holds the main thread. */
  revocationsDropped: 5_000,
  revocationReasonChars: 500,
  /** Longer than any token may live, whatever `tokenLifetimeMs` becomes. */
  revocationKeptMs: 8 * 24 * 3_600_000,
  issuerDocumentBytes: 256 * 1024,
  issuerDocumentNodes: 16_384,
  issuerKeys: 100,
  issuerKeyIdChars: 256,
  issuerFetchMs: 5_000,
  issuerRefetchCooldownMs: 30_000,
  /** Strangers can make calls wait for a slow issuer: no more than these of each, the rest are told to come back. */
  issuerKeyWaiters: 256,
  issuerKeysFreshMs: 10 * 60_000,
  issuerKeysStaleMs: 24 * 3_600_000,

  // clients of the own authorization server (src/oauth, src/signin/registration)
  clientIdChars: 512,
  clientNameChars: 100,
  clientRedirectUris: 20,
  redirectUriChars: 1_024,
  registeredClientKeys: 8,
  clientKeyChars: 2_048,
  /** Of one document or registration. */
  clientMetadataBytes: 16 * 1024,
  clientMetadataDepth: 6,
  clientMetadataNodes: 512,
  /** The whole of it: resolving, connecting, reading. */
  clientDocumentMs: 4_000,
  clientDocumentHeaderBytes: 16 * 1024,
  /** A document's own words on how long it lasts count within these. */
  clientDocumentFreshMsMin: 60_000,
  clientDocumentFreshMsMax: 3_600_000,
  /** How long one that was good is used while its host does not answer. */
  clientDocumentStaleMs: 24 * 3_600_000,
  /** How long one that was not good is not asked for again. */
  clientDocumentRefusedMs: 60_000,
  clientDocumentsRefused: 1_000,
  clientDocumentFetches: 16,
  /** Each new one is a record of a stranger's making. */
  clientDocumentFetchesPerMinute: 60,
  clientDocumentFetchesPerSourcePerMinute: 20,
  clientRegistrationsPerMinute: 60,
  clientRegistrationsPerSourcePerMinute: 20,
  /** So many minutes' may come at once: a company that begins on a Monday. */
  clientBurstMinutes: 10,
  /** Sources counted apart for both. */
  clientSources: 4_096,
  /** Registered clients and documents kept, and how many of them of one network address nobody has used yet. */
  clientsKept: 20_000,
  clientsUnusedPerSource: 100,
  /** Nobody signed in with it; waiting for an admin; last signed in with. */
  clientUnusedMs: 7 * 24 * 3_600_000,
  clientWaitingMs: 14 * 24 * 3_600_000,
  clientKeptMs: 90 * 24 * 3_600_000,
  /** How exact the last use is kept. */
  clientUseMs: 3_600_000,
  /** Clients that are removed in one act because their time is over. */
  clientsExpired: 500,
  clientWritesWaiting: 256,
  clientWriteMs: 10_000,

  // policy
  /** Other spellings a server may read in one URI; with more it is refused. */
  uriReadings: 16,
  conditionNodes: 500,
  conditionChars: 4_096,
  conditionMacroDepth: 1,
  conditionCost: 250_000, // weighted steps of one evaluation: src/policy/condition-budget.ts
  patternChars: 1_024,
  /** Combining marks behind each other (UAX 15, Stream-Safe Text Format): ordering them takes quadratic time. */
  uriMarks: 30,
  /** Weighted steps, of all URIs a message asks for or a list has: src/policy/decision-work.ts. */
  decisionCost: 500_000,
  conditionRecursion: 64,
  policyTestCases: 10_000,

  // definitions of tools, prompts, templates and instructions, as servers show them (src/definitions)
  definitionsPerConnection: 4_096,
  definitionVersions: 8,
  /** Of one, as kept to be shown; a longer one is known by its hash alone. */
  definitionTextBytes: 64 * 1024,
  /** Of all of one connection, as kept to be shown. */
  definitionTextsBytes: 16 * 1024 * 1024,
  definitionAnnotationBytes: 4_096,
  definitionsPerWrite: 100,
  definitionWritesWaiting: 256,
  /** Longer than `stateLockMs`, with time for the write itself. */
  definitionWriteMs: 10_000,
  /** In one request. */
  definitionsAccepted: 200,
  definitionDiffLines: 1_000,
  hiddenPlaces: 32,
  /** How long the gateway's own answer to a server's request may be on its way; the server's stream waits for it. */
  serverAnswerMs: 10_000,
  ownAnswersKept: 10_000,

  // upstream
  upstreamConnectMs: 5_000,
  upstreamHeadersMs: 120_000,
  upstreamIdleMs: 300_000,
  upstreamHeaderBytes: 32 * 1024,
  upstreamSockets: 256,
  /** For streams that last, beside the sockets of calls. */
  upstreamStreamSockets: 4_096,
  /** A connection on which nothing was said for so long is asked by TCP whether its other end is there. */
  upstreamTcpKeepAliveMs: 30_000,
  upstreamKeepAliveMs: 4_000,
  /** A body that a server compressed unasked may be so many times as large as it was sent, beyond one message. */
  decodedTimes: 100,
  upstreamSessionIdChars: 1_024,
  stdioProcesses: 64,
  stdioProcessesPerCaller: 8,
  stdioIdleMs: 5 * 60_000,
  stdioStopMs: 3_000,
  stdioStderrLineBytes: 8 * 1024,
  stdioStderrLinesPerSecond: 100,
  stdioPendingCalls: 256,
  stdioClientsPerProcess: 32,
  stdioQueuedBytes: 32 * 1024 * 1024,
  stdioStableMs: 10_000,
  stdioRestartMs: 250,
  stdioRestartMsMax: 30_000,
  /** Of one connection; each is a session, or what a caller says outside of one. */
  sseStreams: 1_000,
  sseStreamsPerCaller: 32,
  sseOpenMs: 10_000,
  sseIdleMs: 30 * 60_000,
  sseEndpointChars: 2_048,
  ssePendingCalls: 256,
  sseQueuedBytes: 32 * 1024 * 1024,
  /** Secrets of a connection's earlier configurations that are still masked after a reload. */
  retiredSecrets: 16,
  sessions: 50_000,
  sessionsPerCaller: 5_000,
  sessionIdleMs: 30 * 60_000,

  // ledger
  segmentBytes: 64 * 1024 * 1024,
  leafBytes: 4_096,
  blobPieceBytes: 1024 * 1024,
  batchRecords: 1_024,
  batchBytes: 8 * 1024 * 1024,
  ledgerQueueRecords: 8_192,
  ledgerQueueBytes: 128 * 1024 * 1024,
  refusalQueueRecords: 256,
  blobKeysCached: 4_096,
  keyRingBytes: 256 * 1024 * 1024,
  segmentHeaderBytes: 4 * 1024 * 1024,
  ledgerSyncStallMs: 30_000,
  ledgerFreeBytesMin: 256 * 1024 * 1024,
  /** Below so many times `ledgerFreeBytesMin` nothing is recorded of strangers: they are counted until there is more. */
  ledgerFreeStrangersTimes: 2,
  heartbeatMs: 60_000,
  ledgerTickMs: 1_000,
  clockJumpMs: 1_000,

  // collapsed refusals of unverified callers
  refusalWindowMs: 60_000,
  refusalSources: 4_096,
  strangerRecordsPerHour: 600, // with all that follows from it: src/gateway/refusal-book.ts
  throttledCallers: 4_096,

  // rates of one process: src/gateway/quotas.ts
  sources: 16_384,
  // More than a process can serve: many users behind one proxy, or a benchmark, never meet it; a flood does.
  sourceRequestsPerSecond: 10_000,
  sourceRequestsBurst: 20_000,
  refusalsPerSourcePerWindow: 6_000, // 100 tokens a second looked at: about 1 % of a core
  refusalsPerKnownSourcePerWindow: 60_000,
  callersCounted: 16_384,
  callerCallsPerMinute: 3_000,
  callerCallsBurst: 1_000,
  callersBudgeted: 10_000, // 1 KiB each, at connections with a budget per caller
  /** Callers on a connection, and tools of each, whose recent calls are counted apart where a rule asks: 400 bytes each. */
  recentCallers: 4_096,
  recentTools: 32,

  // index and search
  searchWaitMs: 2_000,
  searchLimitMax: 1_000,
  searchTextChars: 1_024,
  searchTextTerms: 32,
  filterChars: 4_096,
  filterDepth: 16,
  filterComparisons: 64,
  searchMs: 3_000, // one search may look so long
  searchStopMs: 2_000, // then it has so long to stop by itself before its thread is ended
  searchesWaiting: 64,
  threadEndMs: 2_000, // a stop waits so long for a thread inside SQLite
  followStretchRecords: 20_000,
  followMs: 250,
  streamPieceChars: 64 * 1024,
  tailPollMs: 200,
  tailQuietMs: 15_000,
  eventStreams: 8, // exports and tails at once, each with a thread
  eventStreamsPerCaller: 2,
  facetsMax: 16,
  facetValues: 100,
  facetValuesCounted: 10_000,
  histogramBuckets: 1_000,
  indexIntervalMs: 200,
  indexIntervalBusyMs: 1_000,
  indexBusyRecords: 1_000,
  indexBatchRecords: 8_000,
  indexedTextBytes: 16 * 1024,

  // the API
  apiRequestsInFlight: 64,
  apiRequestsPerCaller: 8,
  apiRequestMs: 30_000,
  apiBodyBytes: 64 * 1024,
  apiCheckpointFreshMs: 1_000,

  /** How long one is an admin by break glass at most, and the shortest reason that can be one. */
  breakGlassMs: 3_600_000,
  breakGlassReasonCharsMin: 10,
  /** How long a held call can be made that somebody let pass by breaking the glass. */
  breakGlassApprovalMs: 300_000,

  // browsers in which people are signed in (src/oauth/web-session.ts)
  webSessions: 200_000,
  webSessionsPerSignIn: 20,
  /** In one act. */
  webSessionsDropped: 1_000,
  webSessionWritesWaiting: 256,
  /** Longer than `stateLockMs`, with time for the write itself. */
  webSessionWriteMs: 10_000,
  /** That it is used is written this often at most. */
  webSessionUseMs: 60_000,
  /** How long a proof at the issuer is fresh enough for what is sensitive. */
  freshSignInMs: 5 * 60_000,

  // signing in: src/signin, src/oauth
  /** From the button to the callback. */
  signInWayMs: 10 * 60_000,
  /** From the callback back to the page of the client's request. */
  agreedMs: 60_000,
  consents: 200_000,
  consentsPerPerson: 200,
  consentMs: 90 * 24 * 3_600_000,
  /** Things that one process at a time may do, or that are done once; each is kept for minutes. */
  claims: 100_000,
  /** Consents and claims at one write, so that it stays short. */
  signInRowsDropped: 500,
  signInWritesWaiting: 512,
  /** Longer than `stateLockMs`, with time for the write itself. */
  signInWriteMs: 10_000,
  signInRequestsInFlight: 256,
  /** Of one network address, so that nobody keeps all others out by sending slowly. */
  signInRequestsInFlightPerSource: 32,
  signInFormBytes: 64 * 1024,
  /** Sign-ins that last; each is a person at an issuer. */
  signIns: 100_000,
  signInsPerPerson: 50,
  /** Codes, tokens, grants and interactions, of all. */
  oauthRows: 1_000_000,
  oauthRowsPerSignIn: 2_000,
  /** Of what one program was given at once, so that it pushes out nothing of another's. */
  oauthRowsPerGrant: 200,
  /** Of one network address, before anybody has signed in. */
  oauthRowsPerSource: 5_000,
  /** A program that shows one refresh token twice has both answers, so long and so many times. */
  refreshTwinMs: 10_000,
  refreshTwins: 4,
  /** At one write, so that it stays short. */
  oauthRowsDropped: 500,
  oauthWritesWaiting: 1_000,
  /** Longer than `stateLockMs`, with time for the write itself. */
  oauthWriteMs: 10_000,
  accessTokenMs: 10 * 60_000,
  authorizationCodeMs: 60_000,
  deviceCodeMs: 10 * 60_000,
  /** From the client's request to the person's yes. */
  interactionMs: 30 * 60_000,
  /** At a refresh the issuer is asked again, unless it was within this time. */
  issuerCheckFreshMs: 60_000,
  /** In a browser it is asked again after so long. */
  issuerCheckDueMs: 10 * 60_000,
  /** How long one may be asking for a sign-in before somebody else tries. */
  issuerCheckMs: 15_000,
  /** Without a word of the issuer for so long nobody is let in any more. */
  issuerCheckStaleMs: 15 * 60_000,
  /** Access tokens of our own whose words are kept in memory. */
  ownTokensCached: 20_000,

  // `gatebook connect`
  connectCallsInFlight: 256,
  /** Until the first sign of an answer; then a stream may take as long as it likes. */
  connectAnswerMs: 3_600_000,
  /** For what has no answer of its own: what follows waits for it. */
  connectTakenMs: 60_000,
  /** After the end of stdin, for answers on their way. */
  connectDrainMs: 10_000,
  connectEndMs: 2_000,
  connectRetryMs: 1_000,
  connectRetryMsMin: 100,
  connectRetryMsMax: 30_000,
  /** Attempts in a row that fail before an answer is given up. */
  connectResumes: 10,
  connectErrorBytes: 1024 * 1024,
  /** Tools whose parameters are headers. */
  connectTools: 10_000,

  // the log
  /** Of each message above debug; what is over them is counted. */
  logLinesPerMinute: 60,

  // metrics
  /** Combinations of labels of one metric; what is over them is counted together. */
  metricsSeries: 1_000,
  /** Tools of one connection that are told apart. */
  metricsToolNames: 100,
  metricsFreshMs: 1_000,
  metricsConnections: 16,
  metricsHeaderBytes: 8 * 1024,

  // state shared by the processes of one data directory
  /** How often each process asks what the others changed. */
  statePollMs: 250,
  /** How long the state may be unreadable before nobody is let in. */
  stateStaleMs: 1_000,
  /** How long a write waits for another process. */
  stateLockMs: 2_000,

  // which call made a task or a requestState: src/bindings
  bindings: 100_000,
  bindingsPerCaller: 2_000,
  /** Uses remembered until the next write tells the store of them. */
  bindingTouches: 1_000,
  /** At one write, so that it stays short. */
  bindingsDropped: 500,
  bindingsWaiting: 1_000,
  bindingWriteMs: 5_000,
  /** However long a server promises to keep a task, and however short. */
  boundTaskMs: 30 * 24 * 3_600_000,
  boundTaskMsMin: 3_600_000,
  boundStateMs: 24 * 3_600_000,
  /** Each is looked up, in one go. */
  tasksListed: 500,

  // calls that wait for people: src/approvals
  /** Open ones, in all and of one caller. */
  approvals: 10_000,
  approvalsPerCaller: 20,
  /** Those that are over; the book keeps them all. */
  approvalsKept: 100_000,
  approvalKeptMs: 30 * 24 * 3_600_000,
  approvalsDropped: 500,
  approvalWritesWaiting: 1_000,
  approvalWriteMs: 5_000,
  approvalReasonChars: 1_000,
  /** What whoever asks names as the ticket, and the pattern that it matches. */
  approvalTicketChars: 200,
  ticketPatternChars: 500,
  ticketPatternProgram: 2_000,
  /** Requests of one caller, and under one rule, in so long a time: with more they are a flood (src/store/approval-floods.ts). */
  approvalFloodMs: 10 * 60_000,
  approvalFloodPerCaller: 10,
  approvalFloodPerRule: 50,
  /** Below the minute after which clients commonly give up. */
  approvalHoldMs: 45_000,
  approvalProgressMs: 5_000,
  /** Before a client is sent to show its user where the request stands: what is decided at once needs nobody to look. */
  approvalTellMs: 3_000,
  /** A client is sent away to come back so often; SDKs give up after ten. */
  approvalRounds: 8,
  /** Of a held call that is kept, sealed, for a client that asked for a task; a larger one waits as others do. */
  heldTaskBytes: 64 * 1024,
  /** Shown at once to whoever asks for the list. */
  approvalsListed: 500,
  /** After so many records the store notes how far it knows the book, which it is sure of so much later. */
  approvalBookRecords: 4_096,
  approvalBookMs: 1_000,
  /** Records read at a start to learn what became of open approvals; where there are more, what was open is void. */
  approvalBookRecordsMax: 65_536,
  /** For the end of the book to be readable after its own start. */
  approvalBookWaitMs: 2_000,
  /** Records of one, as `events show` tells its story; one for a while may be used more often. */
  approvalStorySteps: 200,
  /** Told at once to whoever watches. */
  approvalsTold: 100,
  /** Those who watch, in all and of one caller. */
  approvalWatchers: 256,
  approvalWatchersPerCaller: 4,
  /** After so long a browser that lost the stream asks again. */
  approvalWatchRetryMs: 2_000,
  /** How often one call is asked for while others who asked the same go away. */
  approvalAsks: 3,
  /** Calls of one process that wait with their answer, beside the calls in flight, and what they keep of their messages. */
  heldCalls: 10_000,
  heldBytes: 128 * 1024 * 1024,
  /** How often they are looked at: one clock for all. */
  heldTickMs: 250,
  /** For a place among the calls in flight, once people agreed. */
  heldReturnMs: 10_000,
  /** A message that waits is read for whoever may see it unmasked, on the main thread. */
  heldShownBytes: 256 * 1024,
  // the page of one: src/signin/approvals
  /** Values of the arguments: on one page, and so many that a person can be said to have seen them. */
  approvalPageRows: 200,
  approvalRows: 5_000,
  /** Of one value: at once, unfolded on the page (all of them together), and on one page of its own. */
  approvalValueChars: 400,
  approvalUnfoldedChars: 50_000,
  approvalPartChars: 20_000,
  approvalPathChars: 400,
  approvalChangesShown: 100,
  approvalLastCalls: 10,
  /** Of one caller for one tool, waiting or refused: from here on the page warns of them. */
  approvalSimilarWarned: 3,

  // Slack: src/notify/slack, src/signin/slack
  /** One request to its API, from connecting to the last byte. */
  slackRequestMs: 10_000,
  slackAnswerBytes: 256 * 1024,
  slackSockets: 4,
  /** How old a signed request may be, as Slack recommends. */
  slackSignatureMs: 5 * 60_000,
  /** One interaction: a submission repeats the whole modal, percent-encoded. */
  slackInteractionBytes: 512 * 1024,
  /** What opens a modal is good for three seconds after the click, and Slack waits as long for an answer. */
  slackAnswerMs: 2_500,
  /** Arguments that a modal shows; what is longer is read on the page of the request. */
  slackArgumentChars: 8_000,
  /** Between opening a modal and sending it. */
  slackModalMs: 30 * 60_000,
  /** Between the click that offers it and the form that makes it. */
  slackLinkOfferMs: 10 * 60_000,
  slackLinks: 100_000,
  slackLinksPerPerson: 20,
  // telling approvers: src/notify
  /** One message, from the first byte out to the last one in. */
  noticeMs: 10_000,
  noticeConnectMs: 5_000,
  /** Longer than one message may take: after it another process tries. */
  noticeClaimMs: 90_000,
  /** Twice as long after each, until the longest: about an hour in all. */
  noticeAttempts: 20,
  noticeRetryMs: 1_000,
  noticeRetryMsMax: 5 * 60_000,
  /** However long a server asks not to be asked again. */
  noticeRetryAfterMsMax: 3_600_000,
  /** Messages under way to one notifier, and approvals that wait in memory to be looked at for it. */
  noticesAtOnce: 4,
  noticesQueued: 10_000,
  noticesDue: 100,
  /** What a process that died did not get to is looked for this often. */
  noticeSweepMs: 10_000,
  noticeAnswerBytes: 64 * 1024,
  noticeHeaderBytes: 16 * 1024,
  /** Of one text in a message. */
  noticeTextChars: 200,
  noticeApprovers: 10,
  noticeRefChars: 4_096,
  noticeWritesWaiting: 2_000,
  noticeWriteMs: 10_000,

  // stopping
  /** Between saying that it is not ready and refusing calls. */
  readyGraceMs: 0,
  drainMs: 10_000,
  /** For the records and errors of calls that are cut short. */
  stopSettleMs: 3_000,
} as const;

export type Limits = { readonly [K in keyof typeof LIMITS]: number };
