/** How a revocation lies in its row of `state.db`, and what the state says of itself. A row that is none throws. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Revocation, RevocationInForce, RevocationScope } from '#identity/revocation.ts';
import type { Marker } from '#store/roll-back-marker.ts';

type Row = Record<string, SQLOutputValue>;

export function stateOf(database: DatabaseSync): Marker {
  const row = database.prepare('SELECT store, revision FROM state').get();
  return { store: textOf(row, 'store'), revision: numberOf(row, 'revision') };
}

export function columnsOf(scope: RevocationScope): {
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly client: string | null;
} {
  return {
    issuer: scope.scope === 'caller' ? scope.issuer : null,
    subject: scope.scope === 'caller' ? scope.subject : null,
    client: scope.scope === 'client' ? scope.client : null,
  };
}

function scopeOf(row: Row): RevocationScope {
  const scope = textOf(row, 'scope');
  switch (scope) {
    case 'all':
      return { scope };
    case 'caller':
      return { scope, issuer: textOf(row, 'issuer'), subject: textOf(row, 'subject') };
    case 'client':
      return { scope, client: textOf(row, 'client') };
    default:
      throw new Error('a revocation of an unknown scope');
  }
}

export const revocationOf = (row: Row): Revocation => ({
  id: textOf(row, 'id'),
  scope: scopeOf(row),
  atMs: numberOf(row, 'at_ms'),
  epochMs: numberOf(row, 'epoch_ms'),
  reason: textOf(row, 'reason'),
  by: { issuer: textOf(row, 'by_issuer'), subject: textOf(row, 'by_subject') },
});

export function inForceOf(row: Row | undefined): RevocationInForce {
  if (row === undefined) throw new Error('a revocation is missing');
  return { ...revocationOf(row), revision: numberOf(row, 'revision'), record: textOf(row, 'record') };
}

function textOf(row: Row | undefined, column: string): string {
  const value = row?.[column];
  if (typeof value !== 'string') throw new Error(`column ${column} is not a text`);
  return value;
}

export function numberOf(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value !== 'number') throw new Error(`column ${column} is not a number`);
  return value;
}
