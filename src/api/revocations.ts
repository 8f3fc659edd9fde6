/** Takes access away for an admin, and says what was taken. What that does is src/gateway/revoke.ts. */
import type { ApiCall, ApiInput, ApiOutcome, ApiRefusal } from '#api/call.ts';
import type { createRevocation, Revocation, RevocationRequest } from '#api/contract/revocation.ts';
import type { ApiParts } from '#api/parts.ts';
import { revoke, type RevokeRefusal } from '#gateway/revoke.ts';
import { revokeGrant } from '#gateway/revoke-grant.ts';
import { callerKey, GATEBOOK_NAMESPACE } from '#identity/caller.ts';
import { covers, type RevocationInForce, type RevocationScope } from '#identity/revocation.ts';
import { err, ok, unreachable } from '#result.ts';

type Parts = Pick<ApiParts, 'grants' | 'identity' | 'publicUrl' | 'revocations'>;
type EpochRequest = Exclude<RevocationRequest, { readonly scope: 'grant' }>;

/** A misspelt issuer or namespace would revoke nobody, and whoever asked would go back to sleep. */
function mistakeIn(
  asked: EpochRequest,
  { identity, publicUrl }: Pick<Parts, 'identity' | 'publicUrl'>,
): ApiRefusal | undefined {
  // Service accounts, and what clients registered here got, are the gateway's own.
  const issuers = [...identity.ready(), { issuer: publicUrl, namespace: GATEBOOK_NAMESPACE }];
  const invalid = (parameter: string, detail: string): ApiRefusal => ({
    code: 'invalid_parameter',
    reason: 'no_such_issuer',
    parameter,
    detail,
  });
  if (asked.scope === 'caller' && !issuers.some(({ issuer }) => issuer === asked.issuer))
    return invalid('issuer', 'no configured issuer has this URL; it is compared exactly');
  if (asked.scope === 'client' && !issuers.some(({ namespace }) => asked.client.startsWith(`${namespace}:`)))
    return invalid('client', 'must begin with the name of a configured issuer and a colon');
  return undefined;
}

function scopeOf(asked: EpochRequest): RevocationScope {
  switch (asked.scope) {
    case 'all':
      return { scope: asked.scope };
    case 'caller':
      return { scope: asked.scope, issuer: asked.issuer, subject: asked.subject };
    case 'client':
      return { scope: asked.scope, client: asked.client };
    default:
      return unreachable(asked);
  }
}

const toView = ({ id, scope, reason, atMs, epochMs, by, record }: RevocationInForce): Revocation => ({
  id,
  ...scope,
  reason,
  revokedAt: new Date(atMs).toISOString(),
  epoch: new Date(epochMs).toISOString(),
  by,
  record,
});

function refusalOf(refusal: RevokeRefusal): ApiRefusal {
  const { code, reason, retryAfterMs, executed } = refusal;
  if (code === 'too_many') return { code: 'too_many_revocations', reason, executed };
  const detail =
    executed === 'no'
      ? 'nothing was changed'
      : 'it is in the book and not in force yet; the next start of a gateway puts it in force. Ask again';
  return { code, reason, retryAfterMs, detail, executed };
}

export async function serveRevocation(
  call: ApiCall,
  { body }: Pick<ApiInput<typeof createRevocation>, 'body'>,
  parts: Parts,
): Promise<ApiOutcome> {
  if (body.scope === 'grant') return serveGrant(call, body, parts);
  const mistake = mistakeIn(body, parts);
  if (mistake !== undefined) return err(mistake);
  const { caller } = call.verified;
  const scope = scopeOf(body);
  const done = await revoke({ scope, reason: body.reason, by: caller, token: call.token }, parts.revocations);
  if (!done.ok) return err(refusalOf(done.error));
  const revokesYou = covers(scope, callerKey(caller), caller.client === undefined ? [] : [caller.client]);
  return ok({ status: 201, json: { ...toView(done.value), revokesYou } });
}

async function serveGrant(
  { verified, token }: ApiCall,
  { grant, reason }: Extract<RevocationRequest, { readonly scope: 'grant' }>,
  { grants, identity, revocations }: Parts,
): Promise<ApiOutcome> {
  const { caller } = verified;
  const done = await revokeGrant({ grant, reason, by: caller, token }, { ...revocations, grants });
  if (!done.ok) {
    if (done.error !== 'no_such_grant') return err(refusalOf(done.error));
    const detail = 'there is no such grant, or it has ended';
    return err({ code: 'invalid_parameter', reason: 'no_such_grant', parameter: 'grant', detail });
  }
  const { id, record, atMs } = done.value;
  const at = new Date(atMs).toISOString();
  const by = { issuer: caller.issuer, subject: caller.subject };
  const view: Revocation = {
    id,
    scope: 'grant',
    grant,
    reason: done.value.reason,
    revokedAt: at,
    epoch: at,
    by,
    record,
  };
  return ok({ status: 201, json: { ...view, revokesYou: !identity.recheck(verified).ok } });
}

export async function serveRevocations({ revocations }: Pick<Parts, 'revocations'>): Promise<ApiOutcome> {
  try {
    const inForce = await revocations.store.inForceAfter(0);
    return ok({ json: inForce.toReversed().map(toView) });
  } catch {
    return err({ code: 'state_unavailable', reason: 'unreadable', retryAfterMs: 5_000 });
  }
}
