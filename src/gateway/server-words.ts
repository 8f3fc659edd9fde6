/**
 * What server processes say outside the calls that run through them: recorded, like everything, and released to nobody
 * until streams for such messages exist. A request of the server gets the gateway's own "not supported", recorded first.
 */
import { serverWordEntry } from '#gateway/entries.ts';
import type { Log } from '#gateway/gateway.ts';
import type { Metrics } from '#gateway/metrics.ts';
import type { RecordHeader } from '#events/header.ts';
import type { LedgerPort } from '#ledger/port.ts';
import type { RecordRef } from '#ledger/record.ts';
import type { Limits } from '#limits.ts';
import type { MaskedMessage, Masker, SecretSet } from '#masking/masker.ts';
import { parseJson } from '#mcp/json.ts';
import { readMessage } from '#mcp/jsonrpc.ts';
import type { ServerEvents, Speaker } from '#upstream/server-events.ts';

export type ServerWordsParts = {
  readonly ledger: LedgerPort;
  readonly masker: Masker;
  readonly secrets: SecretSet;
  readonly newId: () => string;
  readonly limits: Pick<Limits, 'jsonDepth' | 'jsonNodes'>;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'processEnded'>;
};

type Word = {
  readonly reason: string;
  readonly st: 'up' | 'down' | 'late';
  readonly call?: string;
  readonly intent?: RecordRef;
};

export function recordServerWords(parts: ServerWordsParts): ServerEvents {
  const { ledger, masker, secrets, newId, limits, log, metrics } = parts;

  /** The message as it may be stored, and what it says it is; nothing of bytes that are no message. */
  const read = async (
    { connection, caller }: Speaker,
    message: Buffer,
  ): Promise<{ readonly masked: MaskedMessage | undefined; readonly about: RecordHeader }> => {
    const doc = parseJson(message, { depth: limits.jsonDepth, nodes: limits.jsonNodes });
    if (!doc.ok) return { masked: undefined, about: {} };
    const said = readMessage(doc.value);
    const context = { direction: 'response', connection, method: '', secrets } as const;
    const masked = await masker.maskAnySize(doc.value, context, caller ?? connection);
    const about = said.ok && said.value.kind !== 'response' ? { method: said.value.method, name: said.value.name } : {};
    if (!masked.ok) return { masked: undefined, about: { ...about, code: masked.error.code } };
    return { masked: masked.value, about };
  };

  const record = async (speaker: Speaker, message: Buffer, word: Word): Promise<RecordRef | undefined> => {
    const { masked, about } = await read(speaker, message);
    const header = { connection: speaker.connection, reason: word.reason, bytes: message.length, ...about };
    const appended = await ledger.append(
      serverWordEntry(masker, {
        call: word.call ?? newId(),
        ref: word.intent?.n ?? null,
        st: word.st,
        subject: speaker.caller,
        header,
        masked,
        secrets,
      }),
    );
    return appended.ok ? appended.value : undefined;
  };

  const told = async (speaker: Speaker, message: Buffer, word: Word): Promise<void> => {
    await record(speaker, message, word);
  };

  return {
    onUnattributed: (event) => told(event, event.message, { reason: 'unattributed', st: 'late' }),
    onLate: (event) => told(event, event.message, { reason: 'abandoned_call', st: 'late', intent: event.intent }),
    onStray: (event) => told(event, event.message, { reason: 'unasked', st: 'late' }),
    async onServerRequest(event) {
      const call = newId();
      const asked = await record(event, event.message, { reason: 'nobody_to_ask', st: 'late', call });
      return asked === undefined ? undefined : record(event, event.reply, { reason: 'gateway_reply', st: 'up', call });
    },
    onStderr({ connection, pid, line }) {
      // May quote what callers said: only for who asked to see it.
      log.debug({ connection, pid, line }, 'server stderr');
    },
    onEnded({ connection, pid, reason, asked }) {
      if (pid !== undefined) metrics.processEnded(connection, asked);
      const what = pid === undefined ? 'server stream ended' : 'server process ended';
      log[asked ? 'debug' : 'warn']({ connection, pid, reason }, what);
    },
  };
}
