/**
 * `gatebook login`: signs a person in at a gateway and keeps the tokens for commands with `--url`. With a browser on this
 * machine by a code that comes back here (RFC 8252), else by a code that is typed elsewhere (RFC 8628).
 */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { gatewayOrigin, loginFile } from '#cli/login-file.ts';
import type { Login } from '#cli/login-file.ts';
import { listenOnLoopback } from '#cli/loopback-listener.ts';
import { askJson, askTokens, CLIENT_ID, DEVICE_GRANT, readMetadata } from '#cli/oauth-requests.ts';
import type { ServerMetadata } from '#cli/oauth-requests.ts';
import { browserCommand, openBrowser } from '#cli/open-browser.ts';
import { untilInterrupted } from '#cli/until-interrupted.ts';
import { isTrustworthyUrl } from '#identity/issuer-url.ts';
import { apiResourceUrl } from '#identity/resource-metadata.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

type Options = { readonly url: string; readonly device?: true; readonly json?: true };

const SCOPE = 'api';
const SECRET_BYTES = 32;
const WAIT_MS_MAX = 10 * 60_000;
const POLL_SECONDS = 5;
const SLOW_DOWN_SECONDS = 5;

export function register(program: Command, io: CliIo): void {
  program
    .command('login')
    .description(
      'Sign in at a gateway, for commands with --url. Opens a browser, or says where to type a code. Exit codes: 0 logged in, 1 not allowed, 2 usage, 3 gateway not reachable or unable.',
    )
    .requiredOption('--url <url>', 'address of the gateway')
    .option('--device', 'type a code in any browser, also of another machine')
    .option('--json', 'print the outcome as JSON')
    .action(async (options: Options) => io.exit(await untilInterrupted((now) => login(io, options, now))));
}

type Failed = { readonly message: string; readonly exit: ExitCode };
const failed = (message: string, exit: ExitCode): { readonly ok: false; readonly error: Failed } =>
  err({ message, exit });

export async function login(io: CliIo, options: Options, now: AbortSignal): Promise<ExitCode> {
  const outcome = await signIn(io, options, now);
  if (!outcome.ok) {
    io.stderr.write(`gatebook: ${outcome.error.message}\n`);
    return outcome.error.exit;
  }
  const { url, path } = outcome.value;
  io.stdout.write(options.json === true ? `${JSON.stringify({ url, file: path })}\n` : `logged in at ${url}\n`);
  return EXIT_OK;
}

async function signIn(
  io: CliIo,
  { url, device }: Options,
  now: AbortSignal,
): Promise<Result<{ readonly url: string; readonly path: string }, Failed>> {
  if (!isTrustworthyUrl(url))
    return failed(`--url ${url}: must be https, or http to this machine, and hold no credentials`, EXIT_USAGE);
  const file = loginFile(io, url);
  if (file === undefined) return failed('there is no place to keep a login: set XDG_STATE_HOME or HOME', EXIT_USAGE);
  const metadata = await readMetadata(url);
  if (!metadata.ok) return failed(metadata.error, EXIT_UNAVAILABLE);
  const browser = device === true ? undefined : browserCommand(io.env, process.platform);
  const server = { metadata: metadata.value, url: gatewayOrigin(url) };
  const tokens = browser === undefined ? await byDevice(io, server, now) : await byBrowser(io, server, browser, now);
  if (!tokens.ok) return tokens;
  await file.alone(async () => file.write(tokens.value));
  return ok({ url: server.url, path: file.path });
}

type Server = { readonly metadata: ServerMetadata; readonly url: string };

const placesOf = ({ metadata, url }: Server): Pick<Login, 'tokenEndpoint' | 'revocationEndpoint' | 'url'> => ({
  url,
  tokenEndpoint: metadata.token_endpoint,
  ...(metadata.revocation_endpoint === undefined ? {} : { revocationEndpoint: metadata.revocation_endpoint }),
});

const interrupted = (now: AbortSignal): Promise<Result<string, string>> =>
  new Promise((resolve) => {
    const stop = (): void => resolve(err('interrupted'));
    now.addEventListener('abort', stop, { once: true });
    if (now.aborted) stop();
  });

async function byBrowser(
  io: CliIo,
  server: Server,
  browser: readonly [string, ...string[]],
  now: AbortSignal,
): Promise<Result<Login, Failed>> {
  const secret = (): string => randomBytes(SECRET_BYTES).toString('base64url');
  const [state, verifier] = [secret(), secret()];
  const listener = await listenOnLoopback({ state, issuer: server.metadata.issuer });
  const waiting = new AbortController();
  try {
    const address = new URL(server.metadata.authorization_endpoint);
    const asked = {
      client_id: CLIENT_ID,
      response_type: 'code',
      redirect_uri: listener.redirectUri,
      scope: SCOPE,
      resource: apiResourceUrl(server.url),
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    const opened = await openBrowser(address.href, browser);
    io.stderr.write(
      `${opened ? 'If no browser opened, open' : 'Open'} this address on this machine:\n\n  ${address.href}\n\n`,
    );
    const tooLong = after(WAIT_MS_MAX, err('nobody signed in'), { signal: waiting.signal }).catch(() => err('over'));
    const code = await Promise.race([listener.code, interrupted(now), tooLong]);
    if (!code.ok) return failed(code.error, EXIT_CHECK_FAILED);
    const grant = {
      grant_type: 'authorization_code',
      code: code.value,
      redirect_uri: listener.redirectUri,
      code_verifier: verifier,
    };
    const tokens = await askTokens(placesOf(server), grant, () => Date.now());
    return tokens.ok ? tokens : failed(`the gateway gave no token: ${tokens.error.message}`, EXIT_UNAVAILABLE);
  } finally {
    waiting.abort();
    listener.close();
  }
}

const DeviceAnswer = z.object({
  device_code: z.string().min(1).max(4_096),
  user_code: z.string().regex(/^[A-Za-z0-9-]{4,32}$/),
  verification_uri: z.string().max(2_048),
  expires_in: z.number().positive(),
  interval: z.number().positive().max(60).optional(),
});

async function byDevice(io: CliIo, server: Server, now: AbortSignal): Promise<Result<Login, Failed>> {
  const { metadata, url } = server;
  const endpoint = metadata.device_authorization_endpoint;
  if (endpoint === undefined) return failed('this gateway knows no codes for devices', EXIT_UNAVAILABLE);
  const answer = await askJson(endpoint, { client_id: CLIENT_ID, scope: SCOPE, resource: apiResourceUrl(url) });
  if (!answer.ok) return failed(`the gateway gave no code: ${answer.error.message}`, EXIT_UNAVAILABLE);
  const device = DeviceAnswer.safeParse(answer.value);
  if (!device.success || URL.parse(device.data.verification_uri)?.origin !== url)
    return failed('the gateway gave a code that is none of its own', EXIT_UNAVAILABLE);
  const { device_code: code, user_code: word, verification_uri: place, expires_in: lifetime, interval } = device.data;
  io.stderr.write(`Open\n\n  ${place}\n\nand type\n\n  ${word}\n\n`);
  const endsAtMs = Date.now() + Math.min(lifetime * 1_000, WAIT_MS_MAX);
  let everySeconds = interval ?? POLL_SECONDS;
  while (Date.now() < endsAtMs) {
    if (!(await waited(everySeconds * 1_000, now))) return failed('interrupted', EXIT_CHECK_FAILED);
    const tokens = await askTokens(placesOf(server), { grant_type: DEVICE_GRANT, device_code: code }, () => Date.now());
    if (tokens.ok) return tokens;
    const { code: said, message } = tokens.error;
    if (said === 'slow_down') everySeconds += SLOW_DOWN_SECONDS;
    else if (said === 'access_denied') return failed('it was not allowed', EXIT_CHECK_FAILED);
    else if (said === 'expired_token') break;
    // Without an answer it is asked again (RFC 8628 section 3.5).
    else if (said !== 'authorization_pending' && said !== undefined) return failed(message, EXIT_UNAVAILABLE);
  }
  return failed('nobody typed the code in time', EXIT_CHECK_FAILED);
}

/** False when the user wants to stop. */
const waited = (ms: number, now: AbortSignal): Promise<boolean> => after(ms, true, { signal: now }).catch(() => false);
