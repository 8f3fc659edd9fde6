/**
 * What the data path tells about itself, as plain facts; src/metrics makes numbers of them. A fact holds the names of
 * connections, methods and tools, never a caller, a token, an argument or a URI.
 */
import type { DefinitionKind } from '#definitions/definition.ts';
import type { RefusalCode } from '#gateway/refusal.ts';
import type { AskKind } from '#mcp/server-asks.ts';
import type { Outcome } from '#ledger/record.ts';
import type { Finding } from '#masking/masked.ts';

/** One request or notification on its way. Names come from clients: whoever counts them bounds them. */
export type MessageFacts = {
  readonly connection: string;
  readonly method: string;
  /** The tool of a `tools/call`, free of the call's secrets; '' for any other method. */
  readonly tool: string;
  readonly protocol: string | undefined;
  /** `error.type` of OpenTelemetry: a refusal's code, `tool_error`, a JSON-RPC error code; undefined when it went well. */
  readonly errorType: string | undefined;
};

/**
 * `unkept`: a further version of one that had changed already, or one for which there is no room. `withheld`: cut out of an
 * answer.
 */
export type DefinitionEvent = 'first_seen' | 'changed' | 'hidden_text' | 'unkept' | 'withheld';

export type Metrics = {
  /** A durable `result` closed an intent. `code` is the refusal that did, if one did. */
  callClosed(call: {
    readonly connection: string;
    readonly method: string;
    readonly outcome: Outcome;
    readonly code: RefusalCode | undefined;
  }): void;
  /** Refused before anything was sent up. A stranger is who was not verified. */
  refused(refusal: {
    readonly by: 'stranger' | 'caller';
    readonly connection: string;
    readonly code: RefusalCode;
  }): void;
  /** From the arrival of a message until its answer was handed over. */
  served(message: MessageFacts, ms: number): void;
  /** From sending a message up until its answer was heard. */
  exchanged(message: MessageFacts, ms: number): void;
  /** What was replaced in a message as it is stored. */
  masked(findings: readonly Finding[]): void;
  /** Event streams of answers, begun and ended. */
  streams(connection: string, change: 1 | -1): void;
  /** A request of a server that its connection denies, in whatever form. */
  serverRequestDenied(connection: string, kind: AskKind): void;
  /** What was noticed of definitions, and how many of a kind. */
  definitions(noticed: {
    readonly connection: string;
    readonly kind: DefinitionKind;
    readonly event: DefinitionEvent;
    readonly count: number;
  }): void;
  processEnded(connection: string, asked: boolean): void;
};
