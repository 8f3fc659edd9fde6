/** The client that comes with Gatebook: the command line. It needs nobody's approval, and alone it may ask for the API. */
import { ok } from '#result.ts';
import type { ClientMetadata, ClientSource } from '#signin/client-source.ts';

export const CLI_CLIENT_ID = 'gatebook-cli';

const CLI: ClientMetadata = {
  client_id: CLI_CLIENT_ID,
  client_name: 'gatebook on the command line',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
};

/** Clients of ours before those of `others`; no other of the same id is ever asked for. */
export const withOwnClients = (others: ClientSource): ClientSource => ({
  ...others,
  find: async (clientId) => (clientId === CLI_CLIENT_ID ? ok(CLI) : others.find(clientId)),
  standing: (clientId) => (clientId === CLI_CLIENT_ID ? { is: 'allowed' } : others.standing(clientId)),
  asked: (clientId) => (clientId === CLI_CLIENT_ID ? Promise.resolve() : others.asked(clientId)),
  used(clientId) {
    if (clientId !== CLI_CLIENT_ID) others.used(clientId);
  },
});

/** Where nobody registers. */
export const NO_CLIENTS: ClientSource = {
  find: async () => undefined,
  from: (_source, run) => run(),
  standing: () => undefined,
  handle: (clientId) => clientId,
  asked: async () => undefined,
  used: () => undefined,
  isSecretOf: () => false,
  async register(_request, response) {
    response.statusCode = 404;
    response.end();
  },
};
