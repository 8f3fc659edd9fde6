/**
 * The body of a server that compresses although `Accept-Encoding: identity` asked it not to (RFC 9110 section 12.5.3), as
 * what it means: decoded as it is read, never ahead, and no more of it than was sent for. One coding of those in use; what
 * is coded twice or in another way is refused unread.
 */
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import type { Limits } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { HttpBody, HttpResponse } from '#upstream/http-exchange.ts';
import type { UpstreamFault } from '#upstream/port.ts';

export type DecodingLimits = Pick<Limits, 'messageBytes' | 'decodedTimes'>;

/** RFC 9659 section 3: what a decoder of this coding must have, and no more. */
const ZSTD_WINDOW_LOG_MAX = 23;

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip()],
  // RFC 9110 section 8.4.1.3.
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
  ['zstd', () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } })],
]);

const invalid = (reason: string) => err<UpstreamFault>({ code: 'upstream_invalid', executed: 'unknown', reason });

/** Content codings are named in any case (RFC 9110 section 8.4.1). */
export function decodedBody(
  { headers, body }: Pick<HttpResponse, 'headers' | 'body'>,
  limits: DecodingLimits,
): Result<HttpBody, UpstreamFault> {
  const coding: unknown = headers['content-encoding'] ?? 'identity';
  if (typeof coding !== 'string') return invalid('content_encoding');
  const named = coding.trim().toLowerCase();
  if (named === 'identity') return ok(body);
  const decoder = DECODERS.get(named);
  return decoder === undefined ? invalid('content_encoding') : ok(new DecodedBody(body, decoder(), limits));
}

class DecodedBody implements HttpBody {
  readonly #coded: HttpBody;
  readonly #decoder: Transform;
  readonly #limits: DecodingLimits;
  #codedBytes = 0;
  #decodedBytes = 0;
  #fault: UpstreamFault | undefined;
  #isEnded = false;
  #isFed = false;
  /** The piece last fed decodes to more than has been read yet. */
  #isTaking = false;
  #wake: (() => void) | undefined;

  constructor(coded: HttpBody, decoder: Transform, limits: DecodingLimits) {
    this.#coded = coded;
    this.#decoder = decoder;
    this.#limits = limits;
    const wake = (): void => this.#wake?.();
    decoder.on('readable', wake);
    decoder.once('end', () => {
      this.#isEnded = true;
      wake();
    });
    decoder.once('error', () => {
      this.#fail('content_encoding');
      wake();
    });
  }

  async read(): Promise<Result<Buffer | null, UpstreamFault>> {
    for (;;) {
      const chunk = this.#fault === undefined ? (this.#decoder.read() as Buffer | null) : null;
      if (this.#fault !== undefined) return err(this.#fault);
      if (chunk !== null) return this.#counted(chunk);
      if (this.#isEnded) return ok(null);
      if (this.#isFed || this.#isTaking) await this.#woken();
      else await this.#feed();
    }
  }

  cancel(): void {
    this.#fault ??= { code: 'upstream_unavailable', executed: 'unknown', reason: 'cancelled' };
    this.#decoder.destroy();
    this.#coded.cancel();
    this.#wake?.();
  }

  untimed(): void {
    this.#coded.untimed();
  }

  /** More than a message may be, and far more than was sent: it is not there to be read. */
  #counted(chunk: Buffer): Result<Buffer, UpstreamFault> {
    this.#decodedBytes += chunk.length;
    const { messageBytes, decodedTimes } = this.#limits;
    if (this.#decodedBytes > Math.max(messageBytes, this.#codedBytes * decodedTimes))
      this.#fail('content_encoding_ratio');
    return this.#fault === undefined ? ok(chunk) : err(this.#fault);
  }

  /** The next piece as it came; what it decodes to is waited for by the next read. */
  async #feed(): Promise<void> {
    const coded = await this.#coded.read();
    if (!coded.ok) {
      this.#fault ??= coded.error;
      this.#decoder.destroy();
      return;
    }
    if (this.#decoder.destroyed) return;
    if (coded.value === null) {
      this.#isFed = true;
      this.#decoder.end();
      return;
    }
    this.#codedBytes += coded.value.length;
    this.#isTaking = true;
    this.#decoder.write(coded.value, () => {
      this.#isTaking = false;
      this.#wake?.();
    });
  }

  #woken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = () => {
      this.#wake = undefined;
      resolve();
    };
    return promise;
  }

  #fail(reason: string): void {
    this.#fault ??= { code: 'upstream_invalid', executed: 'unknown', reason };
    this.cancel();
  }
}
