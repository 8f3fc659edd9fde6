/**
 * Who listens to what a server on a channel says outside every call: the legacy sessions of the channel's one caller, each
 * with what its client declared. Knows neither ids nor pipes.
 */
import { member } from '#mcp/json.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import type { CallMessages } from '#upstream/call-messages.ts';
import type { UpstreamFault } from '#upstream/port.ts';

/** What a client must have declared to be asked (MCP 2025-11-25, Capability Negotiation); a `ping` anybody may get. */
const CAPABILITIES: ReadonlyMap<string, string> = new Map([
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
]);
const FREE = 'ping';

type Listener = { readonly session: string; readonly messages: CallMessages };

export class Listeners {
  /** Oldest first. */
  readonly #open: Listener[] = [];
  readonly #declared = new Map<string, ReadonlySet<string>>();
  readonly #sessionsMax: number;

  constructor(sessionsMax: number) {
    this.#sessionsMax = sessionsMax;
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** What the client of a session says it can do, in its `initialize`. */
  declare(session: string, { params }: RequestMessage): void {
    const capabilities = member(params, 'capabilities');
    const names = [...CAPABILITIES.values()].filter((name) => member(capabilities, name)?.kind === 'object');
    this.#declared.delete(session);
    this.#declared.set(session, new Set(names));
    const oldest = this.#declared.keys().next();
    if (this.#declared.size > this.#sessionsMax && !oldest.done) this.#declared.delete(oldest.value);
  }

  add(session: string, messages: CallMessages): void {
    this.#open.push({ session, messages });
  }

  remove(messages: CallMessages): void {
    const at = this.#open.findIndex((listener) => listener.messages === messages);
    if (at >= 0) this.#open.splice(at, 1);
  }

  /** To each session once, on its newest stream (MCP 2025-11-25, Multiple Connections). False when nobody listens. */
  notify(message: Buffer): boolean {
    const newest = new Map(this.#open.map(({ session, messages }) => [session, messages]));
    for (const messages of newest.values()) messages.push(message, false);
    return newest.size > 0;
  }

  /** To the newest listener whose client can answer; gives its session. */
  ask(method: string, message: Buffer): string | undefined {
    const needed = CAPABILITIES.get(method);
    const asked = this.#open.findLast(({ session }) =>
      needed === undefined ? method === FREE : this.#declared.get(session)?.has(needed) === true,
    );
    asked?.messages.push(message, false);
    return asked?.session;
  }

  forget(session: string, fault: UpstreamFault): void {
    this.#declared.delete(session);
    for (const listener of this.#open.filter((one) => one.session === session)) listener.messages.fail(fault);
  }

  end(fault: UpstreamFault): void {
    for (const { messages } of this.#open) messages.fail(fault);
  }
}
