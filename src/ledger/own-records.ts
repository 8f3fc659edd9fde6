/** The records the ledger writes of its own accord: its acts, and the closing of what a stopped run left open. */
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import { ownHeader } from '#masking/own-words.ts';
import type { OwnHeader } from '#masking/own-words.ts';
import type { OpenIntent } from '#ledger/open-intents.ts';
import type { LedgerEntry } from '#ledger/record.ts';

export type LedgerAct = 'opened' | 'recovered' | 'start' | 'stop' | 'heartbeat' | 'clock_jump' | 'low_space';

/** Seals what the gateway originates. */
export const OWN_SUBJECT = callerKey(GATEWAY_CALLER);

/** `call`: a fresh call id. `detail`: facts of the act, free of personal data. */
export const controlEntry = (
  call: string,
  act: LedgerAct,
  detail: NonNullable<OwnHeader['detail']> = {},
): LedgerEntry => ({
  kind: 'control',
  call,
  ref: null,
  st: act,
  header: ownHeader({ detail }),
  payload: null,
  mask: { n: 0 },
  pol: null,
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
