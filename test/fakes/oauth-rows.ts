/** Rows of the authorization server for tests, and a real table of its own for each. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { OAuthRow, SignInRow } from '#oauth/oauth-rows.ts';
import { LIMITS } from '#limits.ts';
import { openOAuthTable } from '#store/oauth-table.ts';
import type { OAuthTable, OAuthTableLimits } from '#store/oauth-table.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';

export const NOW = 1_800_000_000_000;

export const bytes = (name: string): Uint8Array => new Uint8Array(Buffer.from(name.padEnd(32, '.')));

export const rowOf = (name: string, more: Partial<OAuthRow> = {}): OAuthRow => ({
  digest: bytes(name),
  model: 'AccessToken',
  grant: undefined,
  signIn: undefined,
  alias: undefined,
  after: undefined,
  source: undefined,
  sealed: bytes(`sealed ${name}`),
  madeMs: NOW,
  expiresMs: NOW + 600_000,
  consumedMs: undefined,
  ...more,
});

export const signInRow = (id: string, more: Partial<SignInRow> = {}): SignInRow => ({
  id,
  person: bytes('ada'),
  sealed: bytes(`sealed ${id}`),
  signedInMs: NOW,
  expiresMs: NOW + 3_600_000,
  checkedMs: NOW,
  endedMs: undefined,
  version: 0,
  ...more,
});

export function emptyStateFile(t: TestContext): string {
  const path = join(temporaryDirectory(t), 'state.db');
  writeFileSync(path, '', { mode: 0o600 });
  return path;
}

export function openTable(
  t: TestContext,
  limits: Partial<OAuthTableLimits> = {},
  path = emptyStateFile(t),
): OAuthTable {
  const table = openOAuthTable(path, { ...LIMITS, ...limits });
  t.after(() => table.close());
  return table;
}
