/**
 * The last good key set of an issuer, kept across restarts so that the gateway becomes ready while the issuer is
 * down. Responsible for what is stored and when a stored copy may be used. Refuses to know the disk: that is
 * key-cache-files.ts.
 */
import type { IssuerSettings } from '#identity/issuer.ts';
import { parseIssuerDocument, readKeySet } from '#identity/jwks.ts';
import type { KeySet } from '#identity/jwks.ts';
import type { Limits } from '#limits.ts';

export type KeyCache = {
  /** What `write` last stored for this issuer, or null. Never throws. */
  read(namespace: string): Promise<string | null>;
  /** Replaces it as a whole; a crash leaves the old or the new text. Rejects when it cannot. */
  write(namespace: string, text: string): Promise<void>;
};

export type CachedKeys = { readonly keySet: KeySet; readonly fetchedAtMs: number };

const VERSION = 1;

/** The set is stored as the issuer spelled it and read again by the same strict rules. */
export const encodeCachedKeys = (settings: IssuerSettings, jwks: Buffer, fetchedAtMs: number): string =>
  `${JSON.stringify({ version: VERSION, ...origin(settings), fetchedAtMs, jwks: jwks.toString('utf8') })}\n`;

/** undefined for anything but a readable copy of this very issuer that is not stale. */
export function decodeCachedKeys(
  text: string,
  settings: IssuerSettings,
  nowMs: number,
  limits: Limits,
): CachedKeys | undefined {
  const stored = parseIssuerDocument(Buffer.from(text), limits);
  if (stored?.['version'] !== VERSION) return undefined;
  // Keys of the issuer or address configured before say nothing about the one configured now.
  const expected = origin(settings);
  if (stored['issuer'] !== expected.issuer || stored['jwksUri'] !== expected.jwksUri) return undefined;

  const { fetchedAtMs, jwks } = stored;
  if (typeof fetchedAtMs !== 'number' || typeof jwks !== 'string') return undefined;
  // From the future: the clock went back, so its age is unknown.
  if (fetchedAtMs > nowMs + limits.tokenClockSkewMs || nowMs - fetchedAtMs > limits.issuerKeysStaleMs) return undefined;
  const keySet = readKeySet(Buffer.from(jwks), limits);
  return keySet.ok ? { keySet: keySet.value, fetchedAtMs } : undefined;
}

const origin = (settings: IssuerSettings): { readonly issuer: string; readonly jwksUri: string | null } => ({
  issuer: settings.issuer,
  jwksUri: settings.jwksUri ?? null,
});
