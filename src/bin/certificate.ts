/**
 * The certificate the gateway serves with, followed while it runs: taken anew when its files change, whether or not
 * anybody asks for a reload. A pair that does not work is told once and not used; the one before stays.
 */
import type { Server as TlsServer } from 'node:tls';
import { dirname } from 'node:path';
import { readRegularFile } from '#bin/read-config.ts';
import type { LoadedConfig } from '#config/load.ts';
import { pathText } from '#config/problem.ts';
import { keyPairText, resolveTls } from '#config/tls-files.ts';
import type { KeyPair } from '#config/tls-files.ts';
import type { Log } from '#gateway/gateway.ts';
import { secureOptions } from '#gateway/server.ts';
import { LIMITS } from '#limits.ts';

export type Certificate = {
  /** Unix milliseconds. */
  expiresAtMs(): number;
  /** What a reload has read and checked. */
  use(loaded: LoadedConfig): void;
  /** Looks whether the files have changed; done by a timer too. */
  check(): void;
  close(): void;
};

export type CertificateParts = {
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => number;
};

const DAY_MS = 24 * 3_600_000;

export function followCertificate(
  server: Pick<TlsServer, 'setSecureContext'>,
  first: LoadedConfig,
  pair: KeyPair,
  { log, env, clock }: CertificateParts,
): Certificate {
  let loaded = first;
  let inUse = pair;
  let told = '';
  let warnedAtMs = Number.NEGATIVE_INFINITY;

  const warnOfEnd = (): void => {
    const leftMs = inUse.expiresAtMs - clock();
    if (leftMs > first.limits.tlsExpiryWarnMs || clock() - warnedAtMs < DAY_MS) return;
    warnedAtMs = clock();
    const facts = { expires: new Date(inUse.expiresAtMs).toISOString() };
    if (leftMs > 0) log.warn(facts, 'the certificate of server.tls ends soon');
    else log.error(facts, 'the certificate of server.tls has ended: clients refuse it');
  };
  const take = (next: KeyPair): void => {
    if (keyPairText(next) === keyPairText(inUse)) return;
    server.setSecureContext(secureOptions(next));
    inUse = next;
    warnedAtMs = Number.NEGATIVE_INFINITY;
    log.info({ expires: new Date(next.expiresAtMs).toISOString() }, 'a new certificate is in use');
  };
  const check = (): void => {
    const readFile = (path: string): string => readRegularFile(path, LIMITS.secretFileBytes);
    const source = { env, folder: dirname(loaded.file), readFile };
    const { resolved, complaints } = resolveTls({ server: { tls: loaded.config.server.tls } }, source);
    const faults = complaints.map(({ path, message }) => `${pathText(path)}: ${message}`);
    if (resolved.server !== undefined && faults.length === 0) take(resolved.server);
    else if (faults.join() !== told) for (const fault of faults) log.error({}, `${fault}; the one before stays in use`);
    told = faults.join();
    warnOfEnd();
  };

  const timer = setInterval(check, first.limits.tlsPollMs);
  timer.unref();
  warnOfEnd();
  return {
    expiresAtMs: () => inUse.expiresAtMs,
    use(next) {
      loaded = next;
      if (next.tls.server !== undefined) take(next.tls.server);
      warnOfEnd();
    },
    check,
    close: () => clearInterval(timer),
  };
}
