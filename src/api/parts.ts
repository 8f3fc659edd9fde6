/** What the API may use of a running gateway. Plain wiring, made in src/bin. */
import type { Checkpoints } from '#api/checkpoints.ts';
import type { RoleGroups } from '#api/roles.ts';
import type { Gateway } from '#gateway/gateway.ts';

export type ApiParts = Pick<
  Gateway,
  | 'allowedOrigins'
  | 'clock'
  | 'draining'
  | 'identity'
  | 'ledger'
  | 'limits'
  | 'log'
  | 'masker'
  | 'newId'
  | 'proxies'
  | 'publicUrl'
  | 'refusals'
  | 'stopping'
> & {
  readonly roles: RoleGroups;
  /** Issuers with an `apiAudience`: where a token for the API can come from. */
  readonly apiIssuers: readonly string[];
  readonly checkpoints: Checkpoints;
  /** Of the product, for openapi.json. */
  readonly version: string;
};
