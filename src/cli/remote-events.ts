/** The `events` commands at a running gateway: its API gives what the local commands read themselves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { BookOptions } from '#cli/book-place.ts';
import { EXIT_UNAVAILABLE, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { type ApiFailure, CutOff, type GatewayApi, openGatewayApi, readGateway } from '#cli/gateway-api.ts';
import type { CliIo } from '#cli/io.ts';
import { complain, onBook } from '#cli/local-events.ts';
import type { Book } from '#events/book.ts';
import type { IndexedThrough } from '#events/book-index.ts';
import { hasReached } from '#events/wait-for-index.ts';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type RemoteOptions = { readonly url?: string; readonly tokenFile?: string };

export const EVENTS_PATH = '/api/v1/events';

/** The options by which such a command is told of a gateway. */
export const withGatewayOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'ask a running gateway instead of reading the book here')
    .option('--token-file <file>', 'file with a token for its API (default: GATEBOOK_TOKEN)');

/** With `--url` the gateway is asked, else the book is read here; what makes sense for only one of them is refused for the other. */
export async function onBookOrGateway(
  io: CliIo,
  options: BookOptions & RemoteOptions & { readonly payloads?: true; readonly offlinePayloads?: true },
  {
    here,
    there,
  }: {
    readonly here: (book: Book) => Promise<ExitCode>;
    readonly there: (api: GatewayApi) => Promise<ExitCode>;
  },
): Promise<void> {
  const misused = misuse(options);
  if (misused !== undefined) return io.exit(complain(io, misused, EXIT_USAGE));
  if (options.url === undefined) return onBook(io, options, here);
  const { url, tokenFile } = options;
  const api = await openGatewayApi(io, tokenFile === undefined ? { url } : { url, tokenFile });
  if (!api.ok) return io.exit(failed(io, api.error));
  try {
    io.exit(await there(api.value));
  } catch (error) {
    if (!(error instanceof CutOff)) throw error;
    io.exit(complain(io, `${error.message}: what was written is not the whole`, EXIT_UNAVAILABLE));
  }
}

function misuse({
  url,
  tokenFile,
  config,
  data,
  payloads,
  offlinePayloads,
}: Parameters<typeof onBookOrGateway>[1]): string | undefined {
  if (url === undefined) {
    if (tokenFile !== undefined) return '--token-file is for a gateway: give its --url';
    if (payloads)
      return '--payloads are read through a gateway (--url), which records it; here there is --offline-payloads';
    return undefined;
  }
  if (config !== undefined || data !== undefined) return 'give --url, or --config or --data, not both';
  return offlinePayloads ? '--offline-payloads is for a book read here; at a gateway it is --payloads' : undefined;
}

export const failed = (io: CliIo, { message, exit }: ApiFailure): ExitCode => complain(io, message, exit);

/** `path?name=value…` of those that are given. */
export function target(path: string, query: Readonly<Record<string, string | boolean | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(given).toString();
  return text === '' ? path : `${path}?${text}`;
}

export type RemotePage = {
  readonly text: string;
  /** Cursor of the next page. */
  readonly next: string | undefined;
  readonly indexedThrough: IndexedThrough;
  /** Durable records of each shard when the search was asked. */
  readonly sizes: Readonly<Record<string, number>>;
};

const POLL_MS = 100;

type RemoteQuery = Readonly<Record<string, string | undefined>>;

export const searchGateway = (
  api: GatewayApi,
  query: RemoteQuery,
  waitMs: number,
): Promise<Result<RemotePage, ApiFailure>> => pageOfGateway(api, EVENTS_PATH, { ...query, order: 'newest' }, waitMs);

/** An answer from an index that has reached what the book held when it was asked, or has had `waitMs` for it. */
export async function pageOfGateway(
  api: GatewayApi,
  path: string,
  query: RemoteQuery,
  waitMs: number,
): Promise<Result<RemotePage, ApiFailure>> {
  const signed = await readGateway(api, '/api/v1/checkpoint');
  if (!signed.ok) return signed;
  const sizes = sizesOf(signed.value.text);
  for (let waited = 0; ; waited += POLL_MS) {
    const answer = await readGateway(api, target(path, query));
    if (!answer.ok) return answer;
    const { text, headers } = answer.value;
    const indexedThrough = indexedOf(headers.get('x-gatebook-indexed-through') ?? '');
    if (hasReached(indexedThrough, sizes) || waited >= waitMs)
      return ok({ text, indexedThrough, sizes, next: cursorOf(headers.get('link') ?? '') });
    await sleep(POLL_MS);
  }
}

export const searchWaitMs = (wait: boolean): number => (wait ? LIMITS.searchWaitMs : 0);

function sizesOf(text: string): Readonly<Record<string, number>> {
  const signed = jsonOf(text);
  if (!Array.isArray(signed)) return {};
  return Object.fromEntries(
    (signed as readonly { readonly shard?: unknown; readonly size?: unknown }[]).flatMap(({ shard, size }) =>
      typeof shard === 'string' && typeof size === 'number' ? [[shard, size]] : [],
    ),
  );
}

const indexedOf = (text: string): IndexedThrough =>
  Object.fromEntries(
    [...text.matchAll(/([a-z0-9-]{1,63}):(\d{1,15})/g)].map(([, shard = '', size]) => [shard, Number(size)]),
  );

function cursorOf(link: string): string | undefined {
  const url = /<([^<>]+)>; rel="next"/.exec(link)?.[1];
  return url !== undefined && URL.canParse(url) ? (new URL(url).searchParams.get('after') ?? undefined) : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The events of an answer; a gateway that gives something else is none. */
export function eventsOf<T>(text: string): Result<readonly T[], ApiFailure> {
  const json = jsonOf(text);
  return Array.isArray(json)
    ? ok(json as readonly T[])
    : err({ message: 'the answer is not a list of events: is this a gateway?', exit: EXIT_UNAVAILABLE });
}

/** An answer that is an object with an array under `member`; undefined when a gateway gives something else. */
export function objectOf<T>(text: string, member: keyof T & string): T | undefined {
  const json = jsonOf(text);
  const isObject = typeof json === 'object' && json !== null && member in json;
  return isObject && Array.isArray((json as Readonly<Record<string, unknown>>)[member]) ? (json as T) : undefined;
}
