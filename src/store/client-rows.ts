/** How a client lies in its row of `state.db`. A row that is none throws. */
import type { SQLOutputValue } from 'node:sqlite';
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import type { ClientDecision, RegisteredClient } from '#oauth/registered-client.ts';
import { numberOf } from '#store/state-rows.ts';

type Row = Record<string, SQLOutputValue>;

function stringOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`column ${column} is not a text`);
  return value;
}

const numberOrNone = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : numberOf(row, column);

function kindOf(row: Row): RegisteredClient['kind'] {
  const kind = row['kind'];
  if (kind !== 'registered' && kind !== 'document') throw new Error('a client of an unknown kind');
  return kind;
}

function secretOf(row: Row): Uint8Array | undefined {
  const secret = row['secret'];
  if (secret === null) return undefined;
  if (!(secret instanceof Uint8Array)) throw new Error('a secret that is no digest');
  return secret;
}

/** JSON leaves out what is undefined. */
function metadataOf(row: Row): ClientMetadata {
  const metadata = JSON.parse(stringOf(row, 'metadata')) as ClientMetadata;
  return { ...metadata, name: metadata.name };
}

const decisionOf = (row: Row): ClientDecision | undefined =>
  row['decision'] === null ? undefined : (JSON.parse(stringOf(row, 'decision')) as ClientDecision);

export const clientOf = (row: Row): RegisteredClient => ({
  id: stringOf(row, 'id'),
  kind: kindOf(row),
  metadata: metadataOf(row),
  secretDigest: secretOf(row),
  createdAtMs: numberOf(row, 'created_ms'),
  freshUntilMs: numberOf(row, 'fresh_until_ms'),
  fetchedAtMs: numberOf(row, 'fetched_ms'),
  usedAtMs: numberOrNone(row, 'used_ms'),
  askedAtMs: numberOrNone(row, 'asked_ms'),
  decision: decisionOf(row),
});
