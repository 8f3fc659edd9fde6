/** Shows what servers say of what they offer, and lets an admin accept it. What that does is src/gateway/accept-definitions.ts. */
import { hash } from 'node:crypto';
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { acceptDefinitions as accepting, getDefinition, listDefinitions } from '#api/contract/definition.ts';
import { dutyRefusal } from '#api/duty-refusal.ts';
import { linksOf } from '#api/links.ts';
import type { ApiParts } from '#api/parts.ts';
import { byPlace, definitionView, waitsForAdmin } from '#definitions/definition-view.ts';
import { keyText } from '#definitions/definition.ts';
import type { Definition } from '#definitions/definition.ts';
import { acceptDefinitions } from '#gateway/accept-definitions.ts';
import type { AcceptRefusal } from '#gateway/accept-definitions.ts';
import { mayDecide } from '#policy/duties.ts';
import { err, ok } from '#result.ts';

const RETRY_MS = 5_000;

/** Names are as long as a header may be; definitions are never forgotten, so each place stays one. */
const cursorOf = (definition: Definition): string =>
  hash('sha256', `${definition.connection}\n${keyText(definition)}`, 'base64url');

export function serveDefinitions(
  call: ApiCall,
  { query }: Pick<ApiInput<typeof listDefinitions>, 'query'>,
  { definitions, publicUrl }: Pick<ApiParts, 'definitions' | 'publicUrl'>,
): ApiOutcome {
  const { connection, waits, limit, after } = query;
  const all = definitions.known
    .all()
    .filter((one) => connection === undefined || one.connection === connection)
    .toSorted(byPlace);
  const last = after === undefined ? -1 : all.findIndex((one) => cursorOf(one) === after);
  if (after !== undefined && last < 0) return err({ code: 'invalid_cursor', reason: 'definition', parameter: 'after' });
  const rest = all.slice(last + 1).filter(({ versions }) => waits !== true || versions.some(waitsForAdmin));
  const page = rest.slice(0, limit);
  const end = page.at(-1);
  const next = end === undefined || rest.length <= limit ? undefined : cursorOf(end);
  const asked = { connection, waits: waits === undefined ? undefined : String(waits), limit, after };
  return ok({
    json: page.map((one) => definitionView(one)),
    headers: { link: linksOf(publicUrl, call.path, asked, next) },
  });
}

export async function serveDefinition(
  { query }: Pick<ApiInput<typeof getDefinition>, 'query'>,
  { definitions }: Pick<ApiParts, 'definitions'>,
): Promise<ApiOutcome> {
  const { connection, kind, name } = query;
  const known = definitions.known.get(connection, { kind, name });
  if (known === undefined) return err({ code: 'not_found', reason: 'definition' });
  try {
    return ok({ json: definitionView(known, await definitions.store.texts(connection, { kind, name })) });
  } catch {
    return err({ code: 'state_unavailable', reason: 'unreadable', retryAfterMs: RETRY_MS });
  }
}

function refusalOf(refusal: AcceptRefusal): ApiRefusal {
  if (refusal.code === 'no_such_definition')
    return {
      code: 'not_found',
      reason: 'definition',
      detail: 'no such version was seen; nothing was accepted',
      executed: 'no',
    };
  const { code, reason, retryAfterMs, executed } = refusal;
  const detail = executed === 'no' ? 'nothing was accepted' : 'it is in the book and not in force; ask again';
  return { code, reason, retryAfterMs, detail, executed };
}

/** No person asked for what a server says now: it is nobody's own matter. */
const ASKED_BY_NOBODY: readonly never[] = [];

export async function serveAcceptance(
  call: ApiCall,
  { body }: Pick<ApiInput<typeof accepting>, 'body'>,
  parts: Pick<ApiParts, 'definitions' | 'ledger' | 'log' | 'masker' | 'revocations'>,
): Promise<ApiOutcome> {
  const { connection, accept, only } = body;
  const decider = { caller: call.verified.caller, roles: call.roles };
  const may = mayDecide(decider, { needs: call.operation.roles, askedBy: ASKED_BY_NOBODY });
  if (!may.ok) return err(dutyRefusal(may.error));
  const names = new Set(accept.map(keyText));
  if (only && names.size < accept.length)
    return err({
      code: 'invalid_parameter',
      reason: 'two_of_one',
      parameter: 'accept',
      detail: 'only one version of a definition can be the only one',
    });
  const done = await acceptDefinitions(
    {
      acceptances: accept.map((one) => ({ ...one, connection, isOnly: only })),
      by: call.verified.caller,
      token: call.token,
      call: call.id,
    },
    { ...parts, secrets: parts.revocations.secrets() },
  );
  if (!done.ok) return err(refusalOf(done.error));
  const { records, definitions } = done.value;
  const latest = new Map(definitions.map((one) => [keyText(one), one]));
  return ok({ json: { records, definitions: [...latest.values()].map((one) => definitionView(one)) } });
}
