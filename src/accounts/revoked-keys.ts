/**
 * Which keys a revocation ends. Epochs are kept for days and keys live for months, so it is not enough that a key is older
 * than an epoch: its row ends with the revocation, and stays ended when the epoch is forgotten.
 */
import type { EndedKeys } from '#accounts/api-key.ts';
import { accountCaller } from '#accounts/service-account.ts';
import { callerKey, GATEBOOK_NAMESPACE } from '#identity/caller.ts';
import type { RevocationInForce } from '#identity/revocation.ts';
import type { Limits } from '#limits.ts';
import { unreachable } from '#result.ts';

/** Undefined when it is about nobody who could have one. */
export function revokedKeys(
  { scope, epochMs }: Pick<RevocationInForce, 'scope' | 'epochMs'>,
  publicUrl: string,
  limits: Pick<Limits, 'tokenClockSkewMs'>,
): EndedKeys | undefined {
  // What a key counts from lies as far ahead of when it was made: src/oauth/sign-in.ts.
  const madeUpToMs = epochMs - limits.tokenClockSkewMs;
  switch (scope.scope) {
    case 'all':
      return { of: 'all', madeUpToMs };
    case 'caller':
      return callerKey(scope) === callerKey(accountCaller(scope.subject, publicUrl))
        ? { of: { account: scope.subject }, madeUpToMs }
        : undefined;
    case 'client': {
      const prefix = `${GATEBOOK_NAMESPACE}:`;
      return scope.client.startsWith(prefix)
        ? { of: { account: scope.client.slice(prefix.length) }, madeUpToMs }
        : undefined;
    }
    default:
      return unreachable(scope);
  }
}
