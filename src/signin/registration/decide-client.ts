/**
 * What an admin says of a client, and what follows: recorded first, then kept. A no and a removal also revoke everything the
 * client was ever given, on every process. Whoever may ask is decided before it gets here.
 */
import { revoke } from '#gateway/revoke.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import type { Executed } from '#gateway/refusal.ts';
import type { Caller } from '#identity/caller.ts';
import type { ClientStore } from '#oauth/client-store.ts';
import { profileOf } from '#oauth/registered-client.ts';
import type { RegisteredClient } from '#oauth/registered-client.ts';
import { redirectPlace } from '#oauth/redirect-uri.ts';
import { clientName } from '#oauth/sign-in.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { AuthAct } from '#signin/auth-record.ts';

export type ClientAct = 'approve' | 'deny' | 'remove';

export type DecideParts = {
  readonly store: Pick<ClientStore, 'byHandle' | 'decide' | 'remove'>;
  readonly revocations: RevokeParts;
};

export type AskedDecision = {
  readonly act: ClientAct;
  readonly handle: string;
  /** Of what was looked at; of a removal it does not matter. */
  readonly profile: string | undefined;
  readonly by: Caller;
  /** The admin's own, to keep it out of records. */
  readonly token: string;
};

export type DecideRefusal = {
  readonly code: 'not_found' | 'changed' | 'audit_unavailable' | 'state_unavailable';
  readonly reason: string;
  readonly retryAfterMs: number;
  readonly executed: Executed;
};

/** The client as it is now; of a removal, as it was. */
export type Decided = { readonly record: string; readonly client: RegisteredClient };

const RETRY_MS = 5_000;
const ACTS: Readonly<Record<ClientAct, AuthAct>> = {
  approve: 'client_approved',
  deny: 'client_refused',
  remove: 'client_removed',
};

const refused = (
  code: DecideRefusal['code'],
  reason: string,
  executed: Executed = 'no',
): Result<never, DecideRefusal> => err({ code, reason, retryAfterMs: RETRY_MS, executed });

export async function decideClient(asked: AskedDecision, parts: DecideParts): Promise<Result<Decided, DecideRefusal>> {
  const { act, handle, profile } = asked;
  const { store, revocations } = parts;
  const nowMs = revocations.clock();
  let client: RegisteredClient | undefined;
  try {
    client = store.byHandle(handle, nowMs);
  } catch {
    return refused('state_unavailable', 'unreadable');
  }
  if (client === undefined) return refused('not_found', 'client');
  const looked = profileOf(client.metadata);
  // What is decided is what the admin saw: a document may have changed in between.
  if (act !== 'remove' && profile !== looked) return refused('changed', 'client');
  const recorded = await recordAct(revocations, ACTS[act], {
    caller: asked.by,
    clientId: client.id,
    ...(client.metadata.name === undefined ? {} : { clientName: client.metadata.name }),
    detail: {
      client: client.id,
      profile: looked,
      redirects: [...new Set(client.metadata.redirects.map(redirectPlace))],
    },
    secrets: [...revocations.secrets(), asked.token],
  });
  if (!recorded.ok) return err({ code: 'audit_unavailable', ...recorded.error, executed: 'no' });
  const decided = await keep(client, looked, recorded.value, asked, parts);
  if (!decided.ok || act === 'approve') return decided;
  return end(client, asked, parts, decided.value);
}

async function keep(
  client: RegisteredClient,
  profile: string,
  record: string,
  { act, by }: AskedDecision,
  { store, revocations }: DecideParts,
): Promise<Result<Decided, DecideRefusal>> {
  const { id } = client;
  const unknown = refused('state_unavailable', 'not_in_force', 'unknown');
  try {
    if (act === 'remove') return (await store.remove(id)) ? ok({ record, client }) : refused('not_found', 'client');
    const decision = {
      is: act === 'approve' ? ('approved' as const) : ('denied' as const),
      profile,
      atMs: revocations.clock(),
      by: { issuer: by.issuer, subject: by.subject },
      record,
    };
    return (await store.decide(id, decision))
      ? ok({ record, client: { ...client, decision } })
      : refused('changed', 'client');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    revocations.log.error({ client: id, error: why }, 'a decision on a client is recorded but may not be in force');
    return unknown;
  }
}

/** After it is kept: nobody can begin anew with it between the two. */
async function end(
  { id }: RegisteredClient,
  { act, by, token }: AskedDecision,
  { revocations }: DecideParts,
  decided: Decided,
): Promise<Result<Decided, DecideRefusal>> {
  const scope = { scope: 'client' as const, client: clientName(id) };
  const reason = act === 'deny' ? 'client denied' : 'client removed';
  const ended = await revoke({ scope, reason, by, token }, revocations);
  if (ended.ok) return ok(decided);
  // Nothing new is given to it; what it has lasts as long as its tokens do.
  return refused('state_unavailable', `not_revoked_${ended.error.reason}`, 'unknown');
}
