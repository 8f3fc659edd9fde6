/** What the book says of definitions: seen for the first time, changed, accepted. Never what hidden text says. */
import type { DefinitionKey } from '#definitions/definition.ts';
import type { Acceptance } from '#definitions/definition-store.ts';
import type { HiddenText } from '#definitions/hidden-text.ts';
import type { MaskedText } from '#definitions/listed-definitions.ts';
import type { EventCaller, RecordHeader } from '#events/header.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Masker, SecretSet } from '#masking/masker.ts';

const NAME_CHARS = 128;

type Described = DefinitionKey & {
  readonly hash: string;
  readonly hidden: readonly HiddenText[];
  readonly masked: MaskedText | undefined;
};

/** The call in whose answer it was seen, so that the two are found together. */
export type SeenWithin = { readonly call: string; readonly connection: string; readonly secrets: SecretSet };

/** Names are words of the server: masked like all it says, and then cut. The pointers are masked already. */
const shortIn =
  (masker: Masker, { secrets }: SeenWithin) =>
  (name: string): string =>
    masker.maskStoredText(name, secrets).slice(0, NAME_CHARS).toWellFormed();

/** `name /pointer class class`, a line for each place. */
const hiddenLines = (seen: readonly Described[], short: (name: string) => string): readonly string[] =>
  seen.flatMap(({ name, hidden }) =>
    hidden.map(({ pointer, classes }) => `${short(name)} ${pointer} ${classes.join(' ')}`),
  );

const entryOf = (
  masker: Masker,
  { call, secrets }: SeenWithin,
  act: string,
  header: RecordHeader,
  payload: MaskedText | undefined,
): LedgerEntry => ({
  kind: 'control',
  call,
  ref: null,
  st: act,
  header: masker.maskHeader(header, secrets),
  payload: payload?.stored ?? null,
  mask: { n: payload?.findings.reduce((sum, { count }) => sum + count, 0) ?? 0 },
  pol: null,
  subject: callerKey(GATEWAY_CALLER),
});

/** Trusted because nothing was known before: one record for many; the answer they came in has their texts. */
export function firstSeenEntry(masker: Masker, within: SeenWithin, seen: readonly Described[]): LedgerEntry {
  const short = shortIn(masker, within);
  const hidden = hiddenLines(seen, short);
  const detail = {
    kind: seen[0]?.kind ?? '',
    definitions: seen.map(({ name, hash }) => `${short(name)} ${hash}`),
    ...(hidden.length === 0 ? {} : { hidden }),
  };
  return entryOf(masker, within, 'definitions_seen', { connection: within.connection, detail }, undefined);
}

/** One record for each, with the masked text as its payload: what was accepted, and what is shown now. */
export function changedEntry(
  masker: Masker,
  within: SeenWithin,
  seen: Described,
  accepted: readonly string[],
): LedgerEntry {
  const hidden = hiddenLines([seen], shortIn(masker, within));
  const detail = { kind: seen.kind, hash: seen.hash, accepted, ...(hidden.length === 0 ? {} : { hidden }) };
  const header = { connection: within.connection, name: seen.name, detail };
  return entryOf(masker, within, 'definition_changed', header, seen.masked);
}

/** An admin takes responsibility for one version. */
export function acceptedEntry(
  masker: Masker,
  acceptance: Acceptance,
  by: { readonly call: string; readonly caller: EventCaller; readonly secrets: SecretSet },
): LedgerEntry {
  const { connection, kind, name, hash, isOnly } = acceptance;
  const header = { caller: by.caller, connection, name, detail: { kind, hash, only: isOnly } };
  return {
    ...entryOf(masker, { call: by.call, connection, secrets: by.secrets }, 'definition_accepted', header, undefined),
    subject: callerKey(by.caller),
  };
}
