import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createGivenGrants } from '#oauth/given-grants.ts';
import { createOAuthKeys } from '#oauth/oauth-keys.ts';
import type { OAuthRow, OAuthWrite } from '#oauth/oauth-rows.ts';

const keys = createOAuthKeys(Buffer.alloc(32, 1), (count) => randomBytes(count));
const NOTES = 'https://mcp.example.com/mcp/notes';

function rowOf(id: string, payload: object, madeMs: number): OAuthRow {
  const digest = keys.rowDigest('Grant', id);
  return {
    digest,
    model: 'Grant',
    grant: digest,
    signIn: 'ada-1',
    alias: undefined,
    after: undefined,
    source: undefined,
    sealed: keys.seal(digest, JSON.stringify(payload)),
    madeMs,
    expiresMs: madeMs + 1_000,
    consumedMs: undefined,
  };
}

function arrange() {
  const all = [
    rowOf('a', { clientId: 'vscode', resources: { [NOTES]: 'mcp' } }, 1),
    rowOf('b', { clientId: 'gatebook-cli', resources: {} }, 2),
  ];
  const writes: OAuthWrite[] = [];
  const grants = createGivenGrants(
    {
      grantsOf: (signIn) => (signIn === 'ada-1' ? all : []),
      async write(write) {
        writes.push(write);
        return 'done';
      },
    },
    keys,
  );
  return { all, grants, writes };
}

test('grants are told by client and resource, newest first, and by a name that opens nothing', () => {
  const { all, grants } = arrange();
  const [cli, vscode] = grants.of('ada-1');
  assert.deepEqual([cli?.clientId, cli?.resources, cli?.givenAtMs], ['gatebook-cli', [], 2]);
  assert.deepEqual([vscode?.clientId, vscode?.resources, vscode?.endsAtMs], ['vscode', [NOTES], 1_001]);
  assert.equal(vscode?.name, keys.grantName(all[0]?.digest ?? new Uint8Array()));
  assert.deepEqual(grants.of('eve-1'), []);
});

test('one is ended by its name, and only for the sign-in it belongs to', async () => {
  const { all, grants, writes } = arrange();
  const name = keys.grantName(all[0]?.digest ?? new Uint8Array());
  assert.equal(await grants.end('eve-1', name), false);
  assert.equal(await grants.end('ada-1', 'unknown'), false);
  assert.deepEqual(writes, []);
  assert.equal(await grants.end('ada-1', name), true);
  assert.deepEqual(writes, [{ act: 'end_grant', grant: all[0]?.digest }]);
});
