import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientTable, clientText } from '#cli/client-lines.ts';
import { clientView } from '#oauth/client-view.ts';
import { newClient, webMetadata } from '#test/fakes/clients.ts';

test('a client without a name or a place is shown as such, and changed ones are marked', () => {
  const { source: _source, ...kept } = newClient('c-1', {
    metadata: { ...webMetadata(), name: undefined, redirects: [] },
  });
  const client = {
    ...kept,
    usedAtMs: 86_400_000,
    askedAtMs: 86_400_000,
    decision: {
      is: 'approved' as const,
      profile: 'of another',
      atMs: 0,
      by: { issuer: 'https://issuer.example', subject: 'ada\u001b[2K' },
      record: 'a:7',
    },
  };
  const shown = clientView(client, { domains: [], native: 'approve', others: 'approve' });
  assert.match(
    clientTable([shown]),
    /c-1 +waiting, changed +\(no name\) +\(a code to type in\) +1970-01-01 +1970-01-02 +1970-01-02/,
  );
  const text = clientText(shown);
  assert.match(text, /approved: +1970-01-01T00:00:00\.000Z by ada.* \(record a:7\)/);
  assert.equal(text.includes('\u001b'), false);
});
