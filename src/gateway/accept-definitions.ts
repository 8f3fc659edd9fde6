/**
 * An admin takes responsibility for versions of definitions: recorded first, then kept, then in force here; the other processes
 * follow by their polls. What is not there cannot be accepted: an admin accepts what was looked at, by its hash.
 */
import type { Definition } from '#definitions/definition.ts';
import type { Acceptance } from '#definitions/definition-store.ts';
import { acceptedEntry } from '#gateway/definition-entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Executed } from '#gateway/refusal.ts';
import type { Caller } from '#identity/caller.ts';
import { recordId } from '#ledger/record.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type AcceptParts = Pick<Gateway, 'definitions' | 'ledger' | 'log' | 'masker'> & {
  /** What must not stand in a record: the credentials of all connections. */
  readonly secrets: readonly string[];
};

export type AskedAcceptance = {
  readonly acceptances: readonly Acceptance[];
  readonly by: Caller;
  readonly token: string;
  /** Of the request, for its records. */
  readonly call: string;
};

export type AcceptRefusal =
  | { readonly code: 'no_such_definition'; readonly name: string }
  | {
      readonly code: 'audit_unavailable' | 'state_unavailable';
      readonly reason: string;
      readonly retryAfterMs: number;
      readonly executed: Executed;
    };

/** Ids of the control records, in the order of what was asked for, and the definitions as they are now. */
export type Accepted = { readonly records: readonly string[]; readonly definitions: readonly Definition[] };

const RETRY_MS = 5_000;

export async function acceptDefinitions(
  { acceptances, by, token, call }: AskedAcceptance,
  { definitions, ledger, log, masker, secrets }: AcceptParts,
): Promise<Result<Accepted, AcceptRefusal>> {
  const missing = acceptances.find((one) => {
    const known = definitions.known.get(one.connection, one);
    return known === undefined || !known.versions.some(({ hash }) => hash === one.hash);
  });
  if (missing !== undefined) return err({ code: 'no_such_definition', name: missing.name });
  const { issuer, subject, kind, groups } = by;
  const author = { call, caller: { issuer, subject, kind, groups }, secrets: masker.secretsOf([...secrets, token]) };
  const appended = await Promise.all(acceptances.map((one) => ledger.append(acceptedEntry(masker, one, author))));
  const records: string[] = [];
  for (const one of appended) {
    // Recorded and not done is said; done and not recorded would not be.
    if (!one.ok) return err({ code: 'audit_unavailable', ...one.error, executed: 'no' });
    records.push(recordId(one.value));
  }
  try {
    const accepted = await definitions.store.accept(acceptances, { issuer, subject });
    definitions.known.apply(accepted);
    log.info({ definitions: acceptances.length, record: records[0] }, 'definitions were accepted');
    return ok({ records, definitions: accepted });
  } catch (error) {
    log.error(
      { error: error instanceof Error ? error.message : String(error) },
      'an acceptance of definitions is recorded but not in force',
    );
    return err({ code: 'state_unavailable', reason: 'not_in_force', retryAfterMs: RETRY_MS, executed: 'unknown' });
  }
}
