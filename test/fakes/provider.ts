/** A place to sign in that says what a test wants. */
import { ok } from '#result.ts';
import type { Provider, SignedInPerson } from '#signin/providers/provider.ts';

export const ADA: SignedInPerson = {
  subject: '00u1ada',
  login: 'ada@example.com',
  groups: ['okta:support'],
  provedAtMs: undefined,
  tokens: { refresh: 'upstream-refresh-1', access: undefined, sub: '00u1ada' },
};

export type FakeProvider = Provider & {
  finish: Provider['finish'];
  authorizationUrl: Provider['authorizationUrl'];
  checkAgain: Provider['checkAgain'];
  readonly asked: { readonly proof: string; readonly state: string }[];
  readonly checked: (string | undefined)[];
};

export function fakeProvider(namespace = 'okta', label = 'Okta'): FakeProvider {
  const provider: FakeProvider = {
    namespace,
    issuer: `https://${namespace}.example.com`,
    label,
    asked: [],
    checked: [],
    async authorizationUrl(way, proof) {
      provider.asked.push({ proof, state: way.state });
      return ok(new URL(`https://${namespace}.example.com/authorize?state=${way.state}`));
    },
    finish: async () => ok({ ...ADA, groups: [`${namespace}:support`] }),
    async checkAgain(tokens) {
      provider.checked.push(tokens.refresh);
      return ok({ ...ADA, tokens: { ...ADA.tokens, refresh: 'upstream-refresh-2' } });
    },
  };
  return provider;
}
