/**
 * A running gateway as commands with `--url` see it: its API, asked with the user's token. The token comes from a file or
 * from GATEBOOK_TOKEN, never from the command line, where every other user of the machine can read it; it goes over TLS
 * or to this machine only, and never to where a redirect points. Where none is given, the one of `gatebook login` is used.
 */
import { fetch, type Headers, type Response } from 'undici';
import { type Result, err, ok } from '#result.ts';
import { EXIT_CHECK_FAILED, EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { readInputFile } from '#cli/input-file.ts';
import type { CliIo } from '#cli/io.ts';
import { storedToken } from '#cli/stored-login.ts';
import { isTrustworthyUrl } from '#identity/issuer-url.ts';

export type GatewayApi = { readonly url: string; readonly token: string };
/** Without one: GET, or POST with a body. */
export type ApiMethod = 'GET' | 'POST' | 'DELETE';
/** What to print and the code to end with. */
export type ApiFailure = { readonly message: string; readonly exit: ExitCode };

export const TOKEN_VARIABLE = 'GATEBOOK_TOKEN';
/** `token68` of RFC 9110 section 11.2. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const ANSWER_MS_MAX = 60_000;

const usage = (message: string): { readonly ok: false; readonly error: ApiFailure } =>
  err({ message, exit: EXIT_USAGE });

export async function openGatewayApi(
  io: CliIo,
  options: { readonly url: string; readonly tokenFile?: string },
): Promise<Result<GatewayApi, ApiFailure>> {
  if (!isTrustworthyUrl(options.url))
    return usage(`--url ${options.url}: must be https, or http to this machine, and hold no credentials`);
  const read =
    options.tokenFile === undefined ? ok(io.env[TOKEN_VARIABLE] ?? '') : await readInputFile(io, options.tokenFile);
  if (!read.ok) return usage(read.error);
  const given = read.value.trim();
  const kept = given === '' && options.tokenFile === undefined ? await storedToken(io, options.url) : ok(given);
  if (!kept.ok)
    return err({ message: kept.error.message, exit: kept.error.isOver ? EXIT_CHECK_FAILED : EXIT_UNAVAILABLE });
  const token = kept.value ?? '';
  if (token === '')
    return usage(
      `a token for the gateway's API is needed: gatebook login --url ${options.url}, --token-file FILE or ${TOKEN_VARIABLE}`,
    );
  if (!TOKEN.test(token)) return usage('the token is not one: it has characters that no token has');
  return ok({ url: options.url.replace(/\/+$/, ''), token });
}

/** `path` from the root of the gateway: `/api/v1/…`. Gives the JSON of a successful answer. */
export async function askGateway(
  api: GatewayApi,
  path: string,
  body?: object,
  method?: ApiMethod,
): Promise<Result<unknown, ApiFailure>> {
  const answer = await readGateway(api, path, body, method);
  if (!answer.ok) return answer;
  const json = parsed(answer.value.text);
  return json === undefined ? notOk(api, 200, undefined) : ok(json);
}

export type ApiText = { readonly text: string; readonly headers: Headers };

/** The same as it came, with its headers. */
export async function readGateway(
  api: GatewayApi,
  path: string,
  body?: object,
  method?: ApiMethod,
): Promise<Result<ApiText, ApiFailure>> {
  try {
    const response = await send(api, path, AbortSignal.timeout(ANSWER_MS_MAX), body, method);
    const text = await textOf(response.body);
    if (!response.ok) return notOk(api, response.status, parsed(text));
    return ok({ text, headers: response.headers });
  } catch (error) {
    return err({ message: `${api.url} cannot be reached: ${causeOf(error)}`, exit: EXIT_UNAVAILABLE });
  }
}

export type ApiStream = {
  readonly headers: Headers;
  /** Throws `CutOff` when the gateway does not end the answer. */
  readonly pieces: AsyncGenerator<string, void, undefined>;
};

export class CutOff extends Error {}

/** An answer as long as the gateway likes, piece by piece; `signal` ends it from here. */
export async function streamGateway(
  api: GatewayApi,
  path: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Result<ApiStream, ApiFailure>> {
  try {
    const response = await send(api, path, signal, undefined, undefined, headers);
    if (!response.ok) return notOk(api, response.status, parsed(await textOf(response.body)));
    return ok({ headers: response.headers, pieces: piecesOf(response.body, signal) });
  } catch (error) {
    return err({ message: `${api.url} cannot be reached: ${causeOf(error)}`, exit: EXIT_UNAVAILABLE });
  }
}

async function* piecesOf(
  body: AsyncIterable<Uint8Array> | null,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body ?? []) yield decoder.decode(chunk, { stream: true });
  } catch (error) {
    if (!signal.aborted) throw new CutOff(`the gateway ended its answer in the middle (${causeOf(error)})`);
  }
}

const send = (
  { url, token }: GatewayApi,
  path: string,
  signal: AbortSignal,
  body?: object,
  method: ApiMethod = body === undefined ? 'GET' : 'POST',
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${url}${path}`, {
    method,
    headers: {
      ...headers,
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'error',
    signal,
  });

const notOk = (
  { url }: GatewayApi,
  status: number,
  json: unknown,
): { readonly ok: false; readonly error: ApiFailure } =>
  err({ message: `${url} answered ${status}: ${problemOf(json)}`, exit: exitOf(status) });

async function textOf(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > ANSWER_BYTES_MAX) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A no to the question is the user's to mend, a no to the user an answer; everything else passes. */
function exitOf(status: number): ExitCode {
  if (status === 401 || status === 403 || status === 404 || status === 409) return EXIT_CHECK_FAILED;
  return status === 400 || status === 413 || status === 415 || status === 422 ? EXIT_USAGE : EXIT_UNAVAILABLE;
}

/** undici says only "fetch failed" and has the reason behind it. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The words of problem details (RFC 9457), for a terminal: no control characters. */
function problemOf(json: unknown): string {
  const problem = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const place = typeof problem['offset'] === 'number' ? [`at offset ${problem['offset']};`] : [];
  const expected = typeof problem['expected'] === 'string' ? [`expected ${problem['expected']}`] : [];
  const words = [problem['title'], problem['parameter'], problem['detail'], ...place, ...expected].filter(
    (word) => typeof word === 'string',
  );
  const call = typeof problem['call'] === 'string' ? ` (call ${problem['call']})` : '';
  const text = words.length === 0 ? 'no answer of a gateway' : `${words.join(' ')}${call}`;
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
