/** Clients that gatebook.yaml names under `signIn.clients.known`: they register nowhere and need nobody's approval. */
import type { Secret } from '#config/secrets.ts';
import type { SignInSettings } from '#signin/parts.ts';
import type { ClientMetadata } from '#oauth/client-metadata.ts';
import { parseRedirectUri } from '#oauth/redirect-uri.ts';

export type KnownClient = {
  readonly id: string;
  readonly metadata: ClientMetadata;
  readonly secret: Secret | undefined;
};

export type KnownSettings = SignInSettings['clients']['known'];

/** Redirect URIs were checked with the configuration; one that is none here would be a bug there. */
export function knownClients(
  known: KnownSettings,
  secrets: ReadonlyMap<string, Secret>,
): ReadonlyMap<string, KnownClient> {
  return new Map(
    Object.entries(known).map(([id, { name, redirectUris }]) => {
      const redirects = redirectUris.map((text) => {
        const parsed = parseRedirectUri(text);
        if (!parsed.ok) throw new Error(`signIn.clients.known.${id} has a redirect URI that is none: ${parsed.error}`);
        return parsed.value;
      });
      const secret = secrets.get(id);
      const metadata: ClientMetadata = {
        name,
        redirects,
        // Which of the two a client uses is its own affair where the library lets it choose.
        auth: secret === undefined ? 'none' : 'client_secret_basic',
        grants: ['authorization_code', 'refresh_token'],
        keys: [],
      };
      return [id, { id, metadata, secret }];
    }),
  );
}
