/** Whether this caller may do exactly this. Conditions see the original arguments, in memory only. */
import type { Authorized, RequestMasked } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { member, toValue } from '#mcp/json.ts';
import type { JsonValue } from '#mcp/json.ts';
import type { Decision } from '#policy/decision.ts';
import type { PolicyInput } from '#policy/input.ts';
import { RESPONSE_METHOD } from '#policy/method-use.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** `params.arguments` where the method has them, else all of `params`. */
function argumentsOf(call: RequestMasked): JsonValue {
  if (call.message.kind === 'response' || call.message.params === undefined) return {};
  const { method, params } = call.message;
  const node = method === 'tools/call' || method === 'prompts/get' ? member(params, 'arguments') : params;
  return node === undefined ? {} : toValue(node);
}

/** One call as policy is asked about it; `args` is built only when a condition looks, which most calls spare. */
class AskedCall implements PolicyInput {
  readonly caller: PolicyInput['caller'];
  readonly connection: string;
  readonly method: string;
  readonly name: string;
  readonly findings: PolicyInput['findings'];
  readonly nowMs: number;
  readonly #call: RequestMasked;

  constructor(call: RequestMasked) {
    const { message } = call;
    this.caller = call.verified.caller;
    this.connection = call.connection.name;
    this.method = message.kind === 'response' ? RESPONSE_METHOD : message.method;
    this.name = message.kind === 'response' ? '' : message.name;
    this.findings = call.masked.findings;
    this.nowMs = call.arrivedMs;
    this.#call = call;
  }

  get args(): JsonValue {
    return argumentsOf(this.#call);
  }
}

/**
 * Watching several resources in one request is subscribing to each (MCP 2026-07-28, Subscriptions): the first that
 * policy would not allow. One that waits for approval cannot be taken out of the others, so it is refused too.
 */
function watchRefused(call: RequestMasked, gateway: Gateway): Decision | undefined {
  if (call.message.kind !== 'request') return undefined;
  for (const uri of call.message.subscribedUris) {
    const decision = gateway.policy.decide({
      caller: call.verified.caller,
      connection: call.connection.name,
      method: 'resources/subscribe',
      name: uri,
      args: { uri },
      findings: call.masked.findings,
      nowMs: call.arrivedMs,
    });
    if (decision.effect !== 'allow') return { ...decision, effect: 'deny' };
  }
  return undefined;
}

export function authorize(call: RequestMasked, gateway: Gateway): Result<Authorized, Refusal> {
  // Policy knows a client's answers by this name; a request or notification must not borrow it.
  if (call.message.kind !== 'response' && call.message.method === RESPONSE_METHOD) {
    const idText = call.message.kind === 'request' ? call.message.idText : undefined;
    return err({ code: 'invalid_request', reason: 'reserved method name', idText });
  }
  const decision = gateway.policy.decide(new AskedCall(call));
  if (decision.effect === 'deny') return err({ code: 'denied', reason: decision.reason, decision });
  const refused = watchRefused(call, gateway);
  if (refused !== undefined) return err({ code: 'denied', reason: 'subscribed_uri', decision: refused });
  return ok({ ...call, decision } as Authorized);
}
