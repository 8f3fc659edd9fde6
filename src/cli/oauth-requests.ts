/**
 * What the command line asks of a gateway's authorization server: its metadata (RFC 8414) and tokens (RFC 6749). Everything
 * goes to the gateway that was named and to no other host, over TLS or to this machine; nothing follows a redirect.
 */
import { fetch } from 'undici';
import { z } from 'zod';
import { isTrustworthyUrl } from '#identity/issuer-url.ts';
import { gatewayOrigin } from '#cli/login-file.ts';
import type { Login } from '#cli/login-file.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** Registered with every gateway. */
export const CLIENT_ID = 'gatebook-cli';
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const ANSWER_BYTES_MAX = 256 * 1024;
const ANSWER_MS_MAX = 30_000;

const endpoint = z.string().max(2_048);
const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  device_authorization_endpoint: endpoint.optional(),
  revocation_endpoint: endpoint.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
export type ServerMetadata = z.output<typeof Metadata>;

const Tokens = z.object({
  access_token: z.string().min(1).max(16_384),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1).max(16_384).optional(),
});

const Failure = z.object({ error: z.string().max(256), error_description: z.string().max(2_048).optional() });

/** `code`: the server's, such as `invalid_grant`; undefined when it did not answer. */
export type OAuthFailure = { readonly code: string | undefined; readonly message: string };

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, ' ');

async function bodyOf(body: AsyncIterable<Uint8Array> | null): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function ask(url: string, form?: Readonly<Record<string, string>>): Promise<Result<unknown, OAuthFailure>> {
  try {
    const response = await fetch(url, {
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const json = await bodyOf(response.body);
    if (response.ok && json !== undefined) return ok(json);
    const failure = Failure.safeParse(json);
    if (!failure.success) return err({ code: undefined, message: `it answered ${response.status}` });
    const { error, error_description: words } = failure.data;
    return err({ code: error, message: printable(words === undefined ? error : `${error}: ${words}`) });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return err({ code: undefined, message: cause instanceof Error ? cause.message : String(cause) });
  }
}

/** Of the gateway itself: an address that says it is another is none to send a code to (RFC 8414 section 3.3). */
export async function readMetadata(url: string): Promise<Result<ServerMetadata, string>> {
  const origin = gatewayOrigin(url);
  const answer = await ask(`${origin}/.well-known/oauth-authorization-server`);
  if (!answer.ok) return err(`${origin} is no gateway that people sign in at: ${answer.error.message}`);
  const metadata = Metadata.safeParse(answer.value);
  if (!metadata.success) return err(`${origin} is no gateway that people sign in at`);
  const { issuer, ...rest } = metadata.data;
  if (issuer !== origin) return err(`this gateway calls itself ${printable(issuer).slice(0, 200)}: use that as --url`);
  const foreign = Object.values(rest).some((one) => typeof one === 'string' && URL.parse(one)?.origin !== origin);
  if (foreign || !isTrustworthyUrl(origin)) return err(`${origin} names endpoints elsewhere: it is not to be trusted`);
  return ok(metadata.data);
}

export const askJson = ask;

/** A login of what the token endpoint gives for this grant. */
export async function askTokens(
  { tokenEndpoint, revocationEndpoint, url }: Pick<Login, 'tokenEndpoint' | 'revocationEndpoint' | 'url'>,
  grant: Readonly<Record<string, string>>,
  nowMs: () => number,
): Promise<Result<Login, OAuthFailure>> {
  const answer = await ask(tokenEndpoint, { ...grant, client_id: CLIENT_ID });
  if (!answer.ok) return answer;
  const tokens = Tokens.safeParse(answer.value);
  if (!tokens.success) return err({ code: undefined, message: 'it answered without a token' });
  const { access_token: accessToken, expires_in: seconds, refresh_token: refreshToken } = tokens.data;
  return ok({
    url,
    accessToken,
    expiresAtMs: nowMs() + seconds * 1_000,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    tokenEndpoint,
    ...(revocationEndpoint === undefined ? {} : { revocationEndpoint }),
  });
}

/** RFC 7009; what it says does not matter to who forgets the token anyway, whether it came through does. */
export async function revokeToken({ revocationEndpoint, refreshToken, accessToken }: Login): Promise<boolean> {
  if (revocationEndpoint === undefined) return false;
  const token = refreshToken ?? accessToken;
  const form = { token, client_id: CLIENT_ID };
  try {
    const response = await fetch(revocationEndpoint, {
      method: 'POST',
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
