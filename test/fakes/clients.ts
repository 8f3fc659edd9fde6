/** Clients as a store keeps them. */
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import type { NewClient } from '#oauth/client-store.ts';

export const webMetadata = (name = 'Chat', host = 'chat.example'): ClientMetadata => ({
  name,
  redirects: [{ kind: 'web', uri: `https://${host}/cb`, host }],
  auth: 'none',
  grants: ['authorization_code', 'refresh_token'],
  keys: [],
});

export const newClient = (id: string, changes: Partial<NewClient> = {}): NewClient => ({
  id,
  kind: 'registered',
  metadata: webMetadata(),
  secretDigest: undefined,
  createdAtMs: 1_000,
  freshUntilMs: 0,
  fetchedAtMs: 0,
  source: Buffer.from('source a'),
  ...changes,
});
