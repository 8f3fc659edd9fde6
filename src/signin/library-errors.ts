/** What oidc-provider lets us throw, by what we mean. Its messages are read by clients and people; details stay inside. */
import type { errors as OidcErrors } from 'oidc-provider';
import type { AdapterErrors } from '#signin/adapter.ts';
import type { ProviderErrors } from '#signin/provider-settings.ts';

export type LibraryErrors = AdapterErrors & ProviderErrors;

const UNAVAILABLE = 503;

export const libraryErrors = (errors: typeof OidcErrors): LibraryErrors => {
  const unavailable = (says: string): Error =>
    Object.assign(new errors.TemporarilyUnavailable(says), { status: UNAVAILABLE, statusCode: UNAVAILABLE });
  return {
    invalidGrant: (detail) => new errors.InvalidGrant(detail),
    invalidClient: (detail) => new errors.InvalidClientAuth(detail),
    invalidTarget: (description) => new errors.InvalidTarget(description),
    loginRequired: (description) => new errors.CustomOIDCProviderError('login_required', description),
    unavailable: () => unavailable('it cannot be done at this moment, and nothing was done: ask again later'),
    clientRefused: ({ error, says }) =>
      error === 'temporarily_unavailable' ? unavailable(says) : new errors.CustomOIDCProviderError(error, says),
    clientNotAllowed: () =>
      new errors.CustomOIDCProviderError('unauthorized_client', 'an administrator has to allow this client first'),
  };
};
