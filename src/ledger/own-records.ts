/** The records the ledger writes of its own accord: its acts, and the closing of what a stopped run left open. */
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import { ownHeader } from '#masking/own-words.ts';
import type { OwnHeader } from '#masking/own-words.ts';
import type { OpenIntent } from '#ledger/open-intents.ts';
import type { LedgerEntry } from '#ledger/record.ts';

/** Acts of the ledger itself, then those about the configuration. */
export type LedgerAct = 'opened' | 'recovered' | 'start' | 'stop' | 'heartbeat' | 'clock_jump' | 'low_space';
export type ConfigAct = 'policy' | 'reload' | 'reload_refused';

/** Seals what the gateway originates. */
export const OWN_SUBJECT = callerKey(GATEWAY_CALLER);

/** `call`: a fresh call id. `detail`: facts of the act, free of personal data. `pol`: the policy that a configuration brings. */
export const controlEntry = (
  call: string,
  act: LedgerAct | ConfigAct,
  detail: NonNullable<OwnHeader['detail']> = {},
  pol: string | null = null,
): LedgerEntry => ({
  kind: 'control',
  call,
  ref: null,
  st: act,
  header: ownHeader({ detail }),
  payload: null,
  mask: { n: 0 },
  pol,
  subject: OWN_SUBJECT,
});

export const orphanEntry = ([ref, call]: OpenIntent): LedgerEntry => ({
  kind: 'orphan',
  call,
  ref,
  st: 'orphan',
  header: ownHeader({ reason: 'gateway_stopped', detail: { executed: 'unknown' } }),
  payload: null,
  mask: { n: 0 },
  pol: null,
  subject: OWN_SUBJECT,
});
