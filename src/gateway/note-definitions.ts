/**
 * What is new in a list: recorded, then kept, then known. In turn for each connection, so that two lists at once make one
 * record; another process may be first all the same, and then what looked new is a change and is recorded as one.
 */
import { hasChanged, keyText } from '#definitions/definition.ts';
import type { DefinitionKind, FoundDefinition } from '#definitions/definition.ts';
import { describeDefinition } from '#definitions/listed-definitions.ts';
import type { ListedDefinition, MaskedText } from '#definitions/listed-definitions.ts';
import type { Exchange } from '#gateway/call.ts';
import { changedEntry, firstSeenEntry } from '#gateway/definition-entries.ts';
import type { SeenWithin } from '#gateway/definition-entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { DefinitionEvent } from '#gateway/metrics.ts';
import type { Refusal } from '#gateway/refusal.ts';
import { recordId } from '#ledger/record.ts';
import type { LedgerEntry, RecordRef } from '#ledger/record.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type NewDefinition = ListedDefinition & {
  readonly isFirst: boolean;
  /** Hashes that counted until now. */
  readonly accepted: readonly string[];
};

/** Only what has to be recorded: not what is known, and not what there is no room for. */
export function newDefinitions(
  connection: string,
  listed: readonly ListedDefinition[],
  { definitions, limits }: Pick<Gateway, 'definitions' | 'limits'>,
): readonly NewDefinition[] {
  // One list may show the same name twice, and differently.
  const inThisList = new Map<string, Set<string>>();
  return listed.flatMap((one): NewDefinition[] => {
    const known = definitions.known.get(connection, one);
    const here = inThisList.get(keyText(one));
    const versions = known?.versions ?? [];
    if (here?.has(one.hash) === true || versions.some(({ hash }) => hash === one.hash)) return [];
    if (known === undefined && here === undefined && !definitions.known.hasRoom(connection)) return [];
    if (versions.length >= limits.definitionVersions && hasChanged({ versions })) return [];
    inThisList.set(keyText(one), new Set([...(here ?? []), one.hash]));
    const accepted = versions.flatMap(({ hash, accepted: by }) => (by === undefined ? [] : [hash]));
    return [{ ...one, isFirst: known === undefined && here === undefined, accepted }];
  });
}

type Described = Omit<FoundDefinition, 'record'> &
  Pick<NewDefinition, 'isFirst' | 'accepted'> & {
    readonly masked: MaskedText | undefined;
  };

async function record(
  gateway: Gateway,
  entries: readonly LedgerEntry[],
): Promise<Result<readonly RecordRef[], Refusal>> {
  const appended = await Promise.all(entries.map((entry) => gateway.ledger.append(entry)));
  const refs: RecordRef[] = [];
  for (const one of appended) {
    if (!one.ok) return err({ code: 'audit_unavailable', ...one.error, executed: 'unknown' });
    refs.push(one.value);
  }
  return ok(refs);
}

/** Those that are the first get one record together, each change its own. */
async function recordAll(
  described: readonly Described[],
  within: SeenWithin,
  gateway: Gateway,
): Promise<Result<readonly FoundDefinition[], Refusal>> {
  const first = described.filter(({ isFirst }) => isFirst);
  const changed = described.filter(({ isFirst }) => !isFirst);
  const entries = [
    ...(first.length === 0 ? [] : [firstSeenEntry(gateway.masker, within, first)]),
    ...changed.map((one) => changedEntry(gateway.masker, within, one, one.accepted)),
  ];
  const recorded = await record(gateway, entries);
  if (!recorded.ok) return recorded;
  const ids = recorded.value.map(recordId);
  const firstRecord = first.length === 0 ? '' : (ids.shift() ?? '');
  return ok(
    described.map(({ isFirst, accepted: _accepted, masked: _masked, ...found }) => ({
      ...found,
      record: isFirst ? firstRecord : (ids.shift() ?? ''),
    })),
  );
}

function tell(described: readonly Described[], connection: string, gateway: Gateway): void {
  const kind: DefinitionKind | undefined = described[0]?.kind;
  if (kind === undefined) return;
  const count = (event: DefinitionEvent, of: readonly Described[]): void => {
    if (of.length > 0) gateway.metrics.definitions({ connection, kind, event, count: of.length });
  };
  const changed = described.filter(({ isFirst }) => !isFirst);
  const hidden = described.filter((one) => one.hidden.length > 0);
  count(
    'first_seen',
    described.filter(({ isFirst }) => isFirst),
  );
  count('changed', changed);
  count('hidden_text', hidden);
  if (changed.length > 0)
    gateway.log.warn(
      { connection, kind, definitions: changed.length },
      'definitions of a server changed: gatebook definitions list',
    );
  if (hidden.length > 0)
    gateway.log.warn(
      { connection, kind, definitions: hidden.length },
      'definitions with hidden text: gatebook definitions list',
    );
}

async function noteSome(
  some: readonly NewDefinition[],
  call: Exchange,
  gateway: Gateway,
): Promise<Result<true, Refusal>> {
  const { definitions, masker, limits, clock } = gateway;
  const { name: connection } = call.connection;
  const method = call.message?.kind === 'request' ? call.message.method : '';
  const context = { direction: 'response', connection, method, secrets: call.secrets } as const;
  const within: SeenWithin = { call: call.id, connection, secrets: call.secrets };
  // A name with a credential in it reaches nobody as it is, and is not kept either.
  const described = some
    .filter(({ name }) => masker.maskText(name, call.secrets) === name)
    .map((one): Described => {
      const { isFirst, accepted } = one;
      return { ...describeDefinition(one, masker, context, limits), isFirst, accepted };
    });
  const found = await recordAll(described, within, gateway);
  if (!found.ok) return found;
  tell(described, connection, gateway);
  try {
    const kept = await definitions.store.note({ connection, found: found.value, atMs: clock() });
    definitions.known.apply(kept);
  } catch (error) {
    gateway.log.error(
      { connection, error: error instanceof Error ? error.message : String(error) },
      'definitions could not be kept, so the answer they came in is withheld',
    );
    return err({ code: 'audit_unavailable', reason: 'definitions_not_kept', retryAfterMs: 1_000, executed: 'unknown' });
  }
  return recordLost(described, within, gateway);
}

/** What was not the first after all, because another process had seen another version meanwhile. */
async function recordLost(
  described: readonly Described[],
  within: SeenWithin,
  gateway: Gateway,
): Promise<Result<true, Refusal>> {
  const { connection } = within;
  const lost = described.flatMap((one): Described[] => {
    const versions = gateway.definitions.known.get(connection, one)?.versions ?? [];
    const kept = versions.find(({ hash }) => hash === one.hash);
    if (!one.isFirst || kept === undefined || kept.accepted !== undefined) return [];
    const accepted = versions.flatMap(({ hash, accepted: by }) => (by === undefined ? [] : [hash]));
    return [{ ...one, isFirst: false, accepted }];
  });
  const recorded = await record(
    gateway,
    lost.map((one) => changedEntry(gateway.masker, within, one, one.accepted)),
  );
  if (!recorded.ok) return recorded;
  tell(lost, connection, gateway);
  return ok(true);
}

export function noteDefinitions(
  call: Exchange,
  listed: readonly ListedDefinition[],
  gateway: Gateway,
): Promise<Result<true, Refusal>> {
  const { name: connection } = call.connection;
  const { definitionsPerWrite } = gateway.limits;
  return gateway.definitions.inTurn(connection, async () => {
    for (let at = 0; at < listed.length; at += definitionsPerWrite) {
      // Asked anew each time: the ones before may have been other versions of the same, or another list was first.
      const some = newDefinitions(connection, listed.slice(at, at + definitionsPerWrite), gateway);
      if (some.length === 0) continue;
      const noted = await noteSome(some, call, gateway);
      if (!noted.ok) return noted;
    }
    return ok(true);
  });
}
