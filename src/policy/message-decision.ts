/** What policy says about one message as it was read: the message itself, and everything else it asks for at once. */
import type { Caller } from '#identity/caller.ts';
import type { Finding } from '#masking/masked.ts';
import { member, toValue } from '#mcp/json.ts';
import type { JsonValue } from '#mcp/json.ts';
import type { Message } from '#mcp/jsonrpc.ts';
import { isAboutTask } from '#mcp/methods.ts';
import type { Decision } from '#policy/decision.ts';
import type { DecisionWork } from '#policy/decision-work.ts';
import type { PolicyInput, RecentCalls } from '#policy/input.ts';
import { RESPONSE_METHOD } from '#policy/method-use.ts';
import type { Policy } from '#policy/policy.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Where and when a message is judged. */
export type Situation = {
  readonly caller: Caller;
  readonly connection: string;
  readonly findings: readonly Finding[];
  /** Of a tool call: what is known of the tool. */
  readonly tool?: NonNullable<PolicyInput['tool']>;
  /** What the caller did lately on this connection, for a method and name; absent where no rule asks. */
  readonly recent?: ((method: string, name: string) => RecentCalls) | undefined;
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** The calls that made the tasks a message is about: the one it names, or all it wants to be told of. */
  readonly follows?: readonly NonNullable<PolicyInput['follows']>[];
};

export type MessageDecision = {
  readonly decision: Decision;
  /** What was decided about. */
  readonly asked: PolicyInput;
  /** Set when it is not the message but one of the resources or tasks it would watch. */
  readonly watchedUri: string | undefined;
};

/** `params.arguments` where the method has them, else all of `params`. */
function argumentsOf(message: Message): JsonValue {
  if (message.kind === 'response' || message.params === undefined) return {};
  const { method, params } = message;
  const node = method === 'tools/call' || method === 'prompts/get' ? member(params, 'arguments') : params;
  return node === undefined ? {} : toValue(node);
}

/** One call as policy is asked about it; `args` is built only when a condition looks, which most calls spare. */
class AskedMessage implements PolicyInput {
  readonly caller: Caller;
  readonly connection: string;
  readonly method: string;
  readonly name: string;
  readonly findings: PolicyInput['findings'];
  readonly nowMs: number;
  readonly follows?: NonNullable<PolicyInput['follows']>;
  readonly tool?: NonNullable<PolicyInput['tool']>;
  readonly #message: Message;
  readonly #recent: Situation['recent'];

  constructor(message: Message, situation: Situation) {
    this.caller = situation.caller;
    this.connection = situation.connection;
    this.method = message.kind === 'response' ? RESPONSE_METHOD : message.method;
    this.name = message.kind === 'response' ? '' : message.name;
    this.findings = situation.findings;
    this.nowMs = situation.nowMs;
    if (situation.tool !== undefined) this.tool = situation.tool;
    this.#message = message;
    this.#recent = situation.recent;
    const made = isAboutTask(this.method) ? situation.follows?.[0] : undefined;
    if (made !== undefined) this.follows = made;
  }

  get recent(): PolicyInput['recent'] {
    return this.#recent?.(this.method, this.name);
  }

  get args(): JsonValue {
    return argumentsOf(this.#message);
  }
}

/** Errors: a request or notification that borrows the name by which policy knows a client's answers. */
export function decideMessage(
  policy: Policy,
  message: Message,
  situation: Situation,
): Result<MessageDecision, 'reserved method name'> {
  if (message.kind !== 'response' && message.method === RESPONSE_METHOD) return err('reserved method name');
  const asked = new AskedMessage(message, situation);
  const work = policy.newWork();
  const decision = policy.decide(asked, work);
  const refused = decision.effect === 'deny' ? undefined : refusedWatch(policy, message, situation, work);
  return ok(refused ?? { decision, asked, watchedUri: undefined });
}

/**
 * Watching several resources in one request is subscribing to each (MCP 2026-07-28, Subscriptions): the first that
 * policy would not allow. One that waits for approval cannot be taken out of the others, so it is refused too.
 */
function refusedWatch(
  policy: Policy,
  message: Message,
  situation: Situation,
  work: DecisionWork,
): MessageDecision | undefined {
  if (message.kind !== 'request') return undefined;
  const { follows: makers = [], recent, ...plain } = situation;
  for (const uri of message.subscribedUris) {
    const method = 'resources/subscribe';
    const asked: PolicyInput = { ...plain, method, name: uri, args: { uri }, recent: recent?.(method, uri) };
    const decision = policy.decide(asked, work);
    if (decision.effect !== 'allow') return { decision: { ...decision, effect: 'deny' }, asked, watchedUri: uri };
  }
  // To be told of a task is to ask for it.
  for (const follows of message.subscribedTasks.length > 0 ? makers : []) {
    const method = 'tasks/get';
    const { name } = follows;
    const asked: PolicyInput = { ...plain, method, name, args: {}, follows, recent: recent?.(method, name) };
    const decision = policy.decide(asked, work);
    if (decision.effect !== 'allow')
      return { decision: { ...decision, effect: 'deny' }, asked, watchedUri: follows.name };
  }
  return undefined;
}
