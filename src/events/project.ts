/**
 * From records to what the index should hold. Pure: the same records give the same changes, in whatever batches they
 * come. A result found in the same batch as its intent is joined here, so that under load a call costs one row and
 * one text entry, not two of each.
 */
import { type EventKind, type EventOutcome, isEventKind } from '#events/event.ts';
import { callerWord } from '#events/caller-word.ts';
import type { RecordHeader } from '#events/header.ts';
import { searchableText } from '#events/payload-text.ts';
import type { OpenedRecord, Position } from '#events/source.ts';
import type { Leaf } from '#ledger/record.ts';
import type { Finding } from '#masking/masked.ts';

/** A new event. `closing` and `messages` are what the same batch already knows of its further course. */
export type Opened = {
  readonly n: number;
  readonly t: number;
  readonly kind: EventKind;
  readonly outcome: EventOutcome | null;
  readonly code: string | null;
  /** Header of the intent (or of the only record); null when its key is destroyed. */
  readonly header: RecordHeader | null;
  readonly text: string;
  readonly position: Position;
  closing: Closing | null;
  readonly messages: StreamMessage[];
};

/** The result or orphan of an intent. */
export type Closing = {
  readonly n: number;
  readonly outcome: EventOutcome;
  readonly code: string | null;
  readonly durationMs: number | null;
  readonly masking: readonly Finding[];
  readonly text: string;
  readonly position: Position;
};

export type StreamMessage = { readonly n: number; readonly direction: 'up' | 'down' | 'late' };

/** What happened in a batch to intents of earlier batches. */
export type Later =
  | { readonly change: 'close'; readonly ref: number; readonly closing: Closing }
  | { readonly change: 'message'; readonly ref: number; readonly message: StreamMessage };

export type Projection = { readonly opened: readonly Opened[]; readonly later: readonly Later[] };

export function project(records: readonly OpenedRecord[], indexedTextBytes: number): Projection {
  const opened = new Map<number, Opened>();
  const later: Later[] = [];
  for (const record of records) {
    const { leaf } = record;
    if (leaf.ref === null) {
      if (isEventKind(leaf.kind)) opened.set(leaf.n, openedBy(record, leaf.kind, indexedTextBytes));
      continue;
    }
    const intent = opened.get(leaf.ref);
    if (leaf.kind === 'stream') {
      const message: StreamMessage = { n: leaf.n, direction: directionOf(leaf) };
      if (intent === undefined) later.push({ change: 'message', ref: leaf.ref, message });
      else intent.messages.push(message);
    } else {
      const closing = closedBy(record, indexedTextBytes);
      if (intent === undefined) later.push({ change: 'close', ref: leaf.ref, closing });
      else intent.closing ??= closing;
    }
  }
  return { opened: [...opened.values()], later };
}

function openedBy(record: OpenedRecord, kind: EventKind, indexedTextBytes: number): Opened {
  const { leaf, header, payload, position } = record;
  const method = header?.method ?? '';
  const subject = header?.caller?.subject;
  const words = payload === null ? '' : searchableText(payload, 'request', method, indexedTextBytes);
  return {
    n: leaf.n,
    t: leaf.t,
    kind,
    outcome: kind === 'intent' ? 'open' : kind === 'denied' ? 'denied' : null,
    code: kind === 'intent' ? null : leaf.st,
    header,
    text: joinText(subject === undefined ? '' : callerWord(subject), header?.name ?? '', words),
    position,
    closing: null,
    messages: [],
  };
}

function closedBy(record: OpenedRecord, indexedTextBytes: number): Closing {
  const { leaf, header, payload, position } = record;
  return {
    n: leaf.n,
    outcome: outcomeOf(leaf),
    code: header?.code ?? null,
    durationMs: header?.durationMs ?? null,
    masking: header?.masking ?? [],
    text: payload === null ? '' : searchableText(payload, 'answer', '', indexedTextBytes),
    position,
  };
}

/** The format's grammar (docs/ledger-format.md section 5) gives a result no other words than these. */
export function outcomeOf(leaf: Pick<Leaf, 'kind' | 'st'>): EventOutcome {
  switch (leaf.st) {
    case 'ok':
    case 'tool_error':
    case 'error':
    case 'timeout':
    case 'cancelled':
    case 'undelivered':
    case 'withheld':
    case 'orphan':
      return leaf.st;
    default:
      return 'error';
  }
}

const directionOf = (leaf: Leaf): StreamMessage['direction'] =>
  leaf.st === 'up' ? 'up' : leaf.st === 'late' ? 'late' : 'down';

export const joinText = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n');
