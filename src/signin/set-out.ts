/** Sends a browser to an issuer: new secrets for the way, the cookie that holds them, and the issuer's address. */
import type { InteractionParts } from '#signin/interaction-parts.ts';
import { onward } from '#signin/pages/answer.ts';
import type { Proof, ProviderFault } from '#signin/providers/provider.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';
import type { SignInAnswer } from '#signin/route.ts';
import type { Goal } from '#signin/way-cookie.ts';

const SECRET_BYTES = 32;

export async function setOut(
  namespace: string,
  { proof, goal }: { readonly proof: Proof; readonly goal: Goal },
  { providers, ways, random, clock }: Pick<InteractionParts, 'providers' | 'ways' | 'random' | 'clock'>,
): Promise<Result<SignInAnswer, ProviderFault>> {
  const provider = providers.get(namespace);
  if (provider === undefined) return err('issuer_setup');
  const secret = (): string => random(SECRET_BYTES).toString('base64url');
  const way = { state: secret(), nonce: secret(), codeVerifier: secret() };
  const url = await provider.authorizationUrl(way, proof);
  if (!url.ok) return url;
  return ok(onward(url.value.href, [ways.set({ ...way, namespace, proof, goal, begunAtMs: clock() })]));
}
