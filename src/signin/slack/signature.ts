/**
 * Whether Slack sent a request: its signature `v0`, an HMAC over the time and the very bytes of the body. Pure; that a
 * signature counts once is for whoever asks (interactions.ts).
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Headers } from '#gateway/call.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type SignatureFault = 'unsigned' | 'signature_old' | 'signature_forged';

/** Unix seconds. */
const TIMESTAMP = /^\d{1,11}$/;
const SIGNATURE = /^v0=([0-9a-f]{64})$/;
const SECOND_MS = 1_000;

/** A field that comes twice says nothing. */
function only(headers: Headers, name: string): string | undefined {
  const values = headers.get(name) ?? [];
  return values.length === 1 ? values[0] : undefined;
}

/** Gives the signature's bytes. @param secret the app's signing secret @param validMs how old, or how far ahead, it may be */
export function verifySignature(
  request: { readonly headers: Headers; readonly body: Uint8Array },
  secret: string,
  { nowMs, validMs }: { readonly nowMs: number; readonly validMs: number },
): Result<Buffer, SignatureFault> {
  const timestamp = only(request.headers, 'x-slack-request-timestamp') ?? '';
  const [, shown] = SIGNATURE.exec(only(request.headers, 'x-slack-signature') ?? '') ?? [];
  if (!TIMESTAMP.test(timestamp) || shown === undefined) return err('unsigned');
  if (Math.abs(nowMs - Number(timestamp) * SECOND_MS) > validMs) return err('signature_old');
  const expected = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(request.body).digest();
  const signature = Buffer.from(shown, 'hex');
  return timingSafeEqual(signature, expected) ? ok(signature) : err('signature_forged');
}
