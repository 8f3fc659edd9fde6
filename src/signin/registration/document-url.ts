/**
 * Which client ids name a document (draft-ietf-oauth-client-id-metadata-document, section 3), and which of those are asked for.
 * An id is compared byte by byte, so it has one spelling: the one a browser would use.
 */
import { isIP } from 'node:net';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

export type DocumentUrlFault = 'spelling' | 'too_long' | 'userinfo' | 'fragment' | 'path' | 'port' | 'host';

export const namesDocument = (clientId: string): boolean => /^https?:/i.test(clientId);

const HOST = /^(?=.{4,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)$/;
/** Names that mean this machine or the network it stands in, whatever they resolve to (RFC 6761, 6762, 8375). */
const LOCAL =
  /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa|test|invalid|onion|alt)$/;

export type DocumentUrlRules = {
  readonly ports: readonly number[];
  /** Names that end like those of local networks; true where the operator named networks to ask. */
  readonly allowsLocalNames: boolean;
};

export function parseDocumentUrl(clientId: string, rules: DocumentUrlRules): Result<URL, DocumentUrlFault> {
  if (clientId.length > LIMITS.clientIdChars) return err('too_long');
  if (clientId.includes('#')) return err('fragment');
  const url = URL.parse(clientId);
  if (url === null || url.protocol !== 'https:') return err('spelling');
  if (url.username !== '' || url.password !== '' || clientId.slice(8).split(/[/?]/, 1)[0]?.includes('@') === true)
    return err('userinfo');
  if (url.href !== clientId) return err('spelling');
  if (url.pathname === '/') return err('path');
  if (!rules.ports.includes(url.port === '' ? 443 : Number(url.port))) return err('port');
  if (isIP(url.hostname) !== 0 || !HOST.test(url.hostname)) return err('host');
  if (!rules.allowsLocalNames && LOCAL.test(url.hostname)) return err('host');
  return ok(url);
}
