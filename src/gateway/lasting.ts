/**
 * What goes on until somebody ends it: a stream that is listened to, a subscription, a call that is over and asked for again.
 * A call keeps the configuration it was begun under; these go by the one in force. An access that is taken away ends
 * them, and so does another server in the place of theirs; each of their messages is judged by what is in force when it comes.
 */
import type { CallerRoom } from '#gateway/admission.ts';
import type { Approved, Exchange, Forwarded, ListenAsked } from '#gateway/call.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Executed, Refusal } from '#gateway/refusal.ts';
import { endOf, lapseOf } from '#gateway/tenure.ts';

/** Whatever may last, from the time it is known what it is. */
type Lastable = (Approved & Pick<Forwarded, 'resumed'>) | ListenAsked;
type Parts = Pick<Gateway, 'identity' | 'clock' | 'limits' | 'inForce'>;

/** MCP 2026-07-28, Subscriptions; before that a GET. */
const SUBSCRIBING = 'subscriptions/listen';

export const isLasting = (call: Lastable): boolean =>
  call.message === undefined ||
  call.resumed === 'closed' ||
  (call.message.kind === 'request' && call.message.method === SUBSCRIBING);

/** The ways in which an entry of a list is used: of these it is known without arguments whether they are permitted. */
const NAMED: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** Whether policy would still let this caller have the answer of a call that is over. Its arguments are gone, and so its rules stand. */
export function mayHaveAgain(
  { message, decision }: Pick<Approved, 'message' | 'decision'>,
  { verified, connection }: Pick<Lastable, 'verified' | 'connection'>,
  { policy }: Pick<Gateway, 'policy'>,
): boolean {
  if (decision.policy !== policy.version) return false;
  if (message.kind !== 'request' || !NAMED.has(message.method)) return true;
  return policy.permitsListed(verified.caller, connection.name, message.method, message.name);
}

/** Why it may not go on under the configuration in force. */
function lostAccess(call: Lastable, gateway: Parts, executed: Executed): Refusal | undefined {
  if (!isLasting(call)) return undefined;
  const now = gateway.inForce();
  const { caller } = call.verified;
  const lost = (reason: string): Refusal => ({ code: 'unknown_connection', reason, executed });
  const connection = now.connections.get(call.connectionName);
  if (connection === undefined) return lost('not_configured');
  if (connection.incarnation !== call.connection.incarnation) return lost('server_replaced');
  if (!now.identity.trusts(caller.issuer)) return lost('issuer_not_configured');
  if (!now.policy.hasGrant(caller, connection.name)) return lost(now.policy.whyNoGrant(caller, connection.name));
  const isOfPast = call.message !== undefined && call.resumed === 'closed' && !mayHaveAgain(call, call, now);
  return isOfPast ? { code: 'denied', reason: 'policy_changed', executed } : undefined;
}

/** Why this exchange must end now, as `endOf` says it of a call; undefined while it need not. */
export const exchangeEndOf = (call: Lastable, gateway: Parts, executed: Executed): Refusal | undefined =>
  endOf(call, gateway, executed) ?? lostAccess(call, gateway, executed);

/** Why nothing new may come on it. */
export const exchangeLapseOf = (call: Lastable, gateway: Parts, executed: Executed): Refusal | undefined =>
  lapseOf(call, gateway, executed) ?? lostAccess(call, gateway, executed);

/** From here on it has a place of what lasts, is looked after as such, and a stop does not wait for it. `place`: what it is admitted as. */
export const lasts = (place: string, call: Lastable, gateway: Gateway): CallerRoom =>
  gateway.admission.lasts(place, () => exchangeEndOf(call, gateway, 'unknown') !== undefined);

/** What the next message of `call` is judged by. */
export function judgedBy(call: Exchange, gateway: Gateway): readonly [Exchange, Gateway] {
  if (!isLasting(call)) return [call, gateway];
  const now = gateway.inForce();
  const connection = now.connections.get(call.connectionName);
  // Without one, or with another server behind it, the stream has ended: `recheckAnswer` says so.
  const isSame = connection === call.connection || connection?.incarnation !== call.connection.incarnation;
  if (connection === undefined || isSame) return [call, now];
  return [{ ...call, connection, secrets: now.masker.secretsOf([call.token, ...connection.secrets]) }, now];
}
