/** One message masked in another thread: what goes there, what comes back, and the same masker in between. */
import {
  createMasker,
  type MaskContext,
  type MaskedMessage,
  type Masker,
  type PlainMaskerSettings,
} from '#masking/masker.ts';
import type { Masked } from '#masking/masked.ts';
import { SecretSet, type SecretNeedles } from '#masking/secret-set.ts';
import { parseJson } from '#mcp/json.ts';
import { err, ok, type Result } from '#result.ts';

/** Structured clones: memory of this process, seen by nobody else. */
export type ToMaskThread = {
  readonly id: number;
  /** Only when they are others than those of the message before. */
  readonly settings: PlainMaskerSettings | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly context: Omit<MaskContext, 'secrets'> & { readonly secrets: SecretNeedles };
};

type Copy = Uint8Array<ArrayBuffer> | 'as it came';

export type FromMaskThread = { readonly id: number } & (
  | {
      readonly type: 'masked';
      readonly masked: Omit<MaskedMessage, 'send' | 'stored'> & { readonly send: Copy; readonly stored: Copy };
    }
  | { readonly type: 'failed'; readonly reason: string }
);

/** Whoever sent it has parsed it within the limits of messages. */
const PARSED_BEFORE = { depth: Infinity, nodes: Infinity };

/** Bytes that are a memory of their own: a view would take along all that it is a view of. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(bytes);
}

/** Masks with the settings it was told last. */
export function createMaskJobs(): (job: ToMaskThread) => FromMaskThread {
  let masker: Masker | undefined;
  return ({ id, settings, bytes, context }) => {
    if (settings !== undefined) masker = createMasker(settings);
    if (masker === undefined) throw new Error('a message came before the settings');
    const doc = parseJson(Buffer.from(bytes.buffer), PARSED_BEFORE);
    if (!doc.ok) return { id, type: 'failed', reason: doc.error.code };
    const done = masker.maskMessage(doc.value, { ...context, secrets: SecretSet.fromThread(context.secrets) });
    if (!done.ok) return { id, type: 'failed', reason: done.error.reason };
    const copyOf = (copy: Buffer): Copy => (copy === doc.value.bytes ? 'as it came' : ownBytes(copy));
    const { send, stored } = done.value;
    return { id, type: 'masked', masked: { ...done.value, send: copyOf(send), stored: copyOf(stored) } };
  };
}

/** The answer of a thread about the message that was sent there. */
export function maskedBack(
  answer: FromMaskThread,
  bytes: Buffer,
): Result<MaskedMessage, { code: 'masking_failed'; reason: string }> {
  if (answer.type === 'failed') return err({ code: 'masking_failed', reason: answer.reason });
  const copyOf = (copy: Copy): Buffer => (copy === 'as it came' ? bytes : Buffer.from(copy.buffer));
  const { send, stored } = answer.masked;
  return ok({ ...answer.masked, send: copyOf(send), stored: copyOf(stored) as Masked<Buffer> });
}
