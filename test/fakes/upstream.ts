/** An MCP server without a wire: what it answers is scripted, what it was sent is kept. */
import { ok } from '#result.ts';
import type { Result } from '#result.ts';
import { spendIntent } from '#upstream/port.ts';
import type {
  Sendable,
  SessionRequest,
  Upstream,
  UpstreamAnswer,
  UpstreamFault,
  UpstreamMessage,
} from '#upstream/port.ts';

export type Answered = Result<UpstreamAnswer, UpstreamFault>;
export type Item = Result<UpstreamMessage, UpstreamFault>;

export type ScriptedUpstream = Upstream & {
  readonly sent: readonly Sendable[];
  readonly endedSessions: readonly SessionRequest[];
  readonly listened: readonly SessionRequest[];
  /** What the next GETs get; without more there is no stream. */
  listening: (request: SessionRequest) => Answered | Promise<Answered>;
  /** What the next exchanges get; may be changed at any time. */
  answering: (request: Sendable) => Answered | Promise<Answered>;
  /** Status of the next ends of sessions, or the fault. */
  ending: Result<number, UpstreamFault>;
};

export function createScriptedUpstream(): ScriptedUpstream {
  const sent: Sendable[] = [];
  const endedSessions: SessionRequest[] = [];
  const listened: SessionRequest[] = [];
  return {
    sent,
    endedSessions,
    listened,
    listening: () => ok(silentAnswer(405)),
    async listen(request) {
      listened.push(request);
      return this.listening(request);
    },
    answering: (request) => ok(jsonAnswer(resultFor(request, {}))),
    ending: ok(204),
    async exchange(request) {
      spendIntent(request);
      sent.push(request);
      return this.answering(request);
    },
    async endSession(request) {
      endedSessions.push(request);
      return this.ending;
    },
    close: async () => undefined,
  };
}

/** A result as JSON text, under the id the request came with. */
export const resultFor = (request: Pick<Sendable, 'idText'>, result: unknown): string =>
  `{"jsonrpc":"2.0","id":${request.idText ?? 'null'},"result":${JSON.stringify(result)}}`;

export async function* itemsOf(items: readonly Item[]): AsyncIterable<Item> {
  yield* items;
}

type Rest = Partial<Omit<UpstreamAnswer, 'form' | 'messages'>>;
const answer = (form: UpstreamAnswer['form'], messages: AsyncIterable<Item>, rest: Rest): UpstreamAnswer => ({
  status: form === 'none' ? 202 : 200,
  headers: [],
  sessionId: undefined,
  form,
  messages,
  ...rest,
});

export const jsonAnswer = (text: string, rest: Rest = {}): UpstreamAnswer =>
  answer('json', itemsOf([ok({ bytes: Buffer.from(text) })]), rest);

/** Each text is one event; a fault ends the stream as a broken upstream would. */
export const sseAnswer = (events: readonly (string | UpstreamFault)[], rest: Rest = {}): UpstreamAnswer =>
  answer('sse', itemsOf(events.map((event) => eventOf(event))), rest);

export const eventOf = (event: string | UpstreamFault, sse: UpstreamMessage['sse'] = {}): Item =>
  typeof event === 'string' ? ok({ bytes: Buffer.from(event), sse }) : { ok: false, error: event };

/** For streams a test feeds by hand. */
export const streamAnswer = (messages: AsyncIterable<Item>, rest: Rest = {}): UpstreamAnswer =>
  answer('sse', messages, rest);

export const silentAnswer = (status: number): UpstreamAnswer => answer('none', itemsOf([]), { status });
