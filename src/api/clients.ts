/** Shows client programs, and lets an admin decide on them. What that does is src/signin/registration/decide-client.ts. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { decideClient as deciding, getClient, listClients, removeClient } from '#api/contract/clients.ts';
import { dutyRefusal } from '#api/duty-refusal.ts';
import { linksOf } from '#api/links.ts';
import type { ApiParts } from '#api/parts.ts';
import { clientView } from '#oauth/client-view.ts';
import { handleOf, standingOf } from '#oauth/registered-client.ts';
import type { RegisteredClient } from '#oauth/registered-client.ts';
import { mayDecide } from '#policy/duties.ts';
import { err, ok } from '#result.ts';
import { decideClient } from '#signin/registration/decide-client.ts';
import type { DecideRefusal } from '#signin/registration/decide-client.ts';

type Parts = Pick<ApiParts, 'clients' | 'clock' | 'publicUrl' | 'revocations'>;
type Clients = NonNullable<ApiParts['clients']>;

const RETRY_MS = 5_000;
const PAGE_ROWS = 1_000;
const UNREADABLE: ApiRefusal = { code: 'state_unavailable', reason: 'unreadable', retryAfterMs: RETRY_MS };
const NOT_FOUND: ApiRefusal = { code: 'not_found', reason: 'client' };

type Page = {
  readonly clients: readonly RegisteredClient[];
  /** Where the next one goes on; undefined after the last. */
  readonly next: string | undefined;
};

/** Of those that wait so many clients are looked at for one page: it may be short, and the next goes on. */
function pageOf({ store, policy }: Clients, nowMs: number, query: ApiInput<typeof listClients>['query']): Page {
  const { waits, limit, after } = query;
  const looked = waits === true ? Math.max(PAGE_ROWS, limit) : limit;
  const rows = store.list({ after, limit: looked + 1, nowMs });
  const some = rows.slice(0, looked);
  const meant = waits === true ? some.filter((client) => standingOf(client, policy).is === 'waiting') : some;
  const clients = meant.slice(0, limit);
  const last = meant.length > limit ? clients.at(-1) : rows.length > looked ? some.at(-1) : undefined;
  return { clients, next: last === undefined ? undefined : handleOf(last.id) };
}

export function serveClients(
  call: ApiCall,
  { query }: Pick<ApiInput<typeof listClients>, 'query'>,
  { clients, clock, publicUrl }: Parts,
): ApiOutcome {
  if (clients === undefined) return ok({ json: [] });
  const { waits, limit, after } = query;
  let page: Page;
  try {
    page = pageOf(clients, clock(), query);
  } catch {
    return err(UNREADABLE);
  }
  const asked = { waits: waits === undefined ? undefined : String(waits), limit, after };
  return ok({
    json: page.clients.map((client) => clientView(client, clients.policy)),
    headers: { link: linksOf(publicUrl, call.path, asked, page.next) },
  });
}

export function serveClient(
  { params }: Pick<ApiInput<typeof getClient>, 'params'>,
  { clients, clock }: Parts,
): ApiOutcome {
  if (clients === undefined) return err(NOT_FOUND);
  try {
    const client = clients.store.byHandle(params.id, clock());
    return client === undefined ? err(NOT_FOUND) : ok({ json: clientView(client, clients.policy) });
  } catch {
    return err(UNREADABLE);
  }
}

function refusalOf({ code, reason, retryAfterMs, executed }: DecideRefusal): ApiRefusal {
  if (code === 'not_found') return { code, reason, executed };
  if (code === 'changed') return { code, reason, executed, detail: 'nothing was decided; look at it again' };
  const detail =
    executed === 'no' ? 'nothing was decided' : 'it is in the book and perhaps not in force everywhere; ask again';
  return { code, reason, retryAfterMs, detail, executed };
}

async function decided(
  call: ApiCall,
  asked: { readonly act: 'approve' | 'deny' | 'remove'; readonly handle: string; readonly profile: string | undefined },
  { clients, revocations }: Parts,
): Promise<ApiOutcome> {
  if (clients === undefined) return err(NOT_FOUND);
  const done = await decideClient(
    { ...asked, by: call.verified.caller, token: call.token },
    { store: clients.store, revocations },
  );
  if (!done.ok) return err(refusalOf(done.error));
  return ok({ json: { record: done.value.record, client: clientView(done.value.client, clients.policy) } });
}

/** A program registers before anybody has signed in with it: it is nobody's own matter. */
const ASKED_BY_NOBODY: readonly never[] = [];

export async function serveDecision(
  call: ApiCall,
  { params, body }: Pick<ApiInput<typeof deciding>, 'params' | 'body'>,
  parts: Parts,
): Promise<ApiOutcome> {
  const decider = { caller: call.verified.caller, roles: call.roles };
  const may = mayDecide(decider, { needs: call.operation.roles, askedBy: ASKED_BY_NOBODY });
  if (!may.ok) return err(dutyRefusal(may.error));
  return decided(call, { act: body.decision, handle: params.id, profile: body.profile }, parts);
}

export const serveRemoval = (
  call: ApiCall,
  { params }: Pick<ApiInput<typeof removeClient>, 'params'>,
  parts: Parts,
): Promise<ApiOutcome> => decided(call, { act: 'remove', handle: params.id, profile: undefined }, parts);
