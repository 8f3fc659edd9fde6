/** Signing in on a fake gateway. */
import { ConfigSchema } from '#config/schema.ts';
import { createEpochs } from '#identity/epochs.ts';
import type { Epochs } from '#identity/epochs.ts';
import type { SignInParts } from '#signin/parts.ts';
import { fakeGateway } from '#test/fakes/gateway.ts';
import type { FakeGateway, GatewayOverrides } from '#test/fakes/gateway.ts';

export type FakeSignIn = SignInParts & { readonly gateway: FakeGateway; readonly epochs: Epochs };

/** `config`: parts of gatebook.yaml as they would be written. */
export function signInParts(overrides: GatewayOverrides = {}, config: Record<string, unknown> = {}): FakeSignIn {
  const gateway = fakeGateway(overrides);
  const parsed = ConfigSchema.parse({ version: 1, deployment: 'test', signIn: {}, ...config });
  if (parsed.signIn === undefined) throw new Error('signing in is off');
  let given = 0;
  return {
    ...gateway,
    gateway,
    settings: parsed.signIn,
    issuers: parsed.issuers,
    secrets: { issuerSecrets: new Map(), issuerKeys: new Map(), clientSecrets: new Map() },
    epochs: createEpochs(gateway.limits),
    random: (count) => Buffer.alloc(count, (given += 1)),
  };
}
