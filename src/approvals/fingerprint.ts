/**
 * Names exactly what would be sent, so that a yes is for that and nothing else: a keyed hash over who calls what where, under
 * which policy, rule and definition, and every byte of `params` as spelled, and of whatever else stands in the message. Left
 * out is only what has no meaning to the server's act and differs each time a client makes the same call.
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { member } from '#mcp/json.ts';
import type { JsonDocument, JsonObject } from '#mcp/json.ts';
import { isTaskWish } from '#mcp/made-ids.ts';
import { TRACE_KEYS } from '#mcp/trace-context.ts';

const KEY_BYTES = 32;

/**
 * Further rounds of one call (MCP 2026-07-28, Multi Round-Trip Requests), where the state is known to have been given for it: what
 * the first round did was agreed to. Any other answers, or a state that nobody knows, are part of what is asked.
 */
const FURTHER_ROUNDS: ReadonlySet<string> = new Set(['requestState', 'inputResponses']);
/** Of the message: what is in by itself, and the id, which differs each time. */
const ENVELOPE: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params']);
const OWN_META: ReadonlySet<string> = new Set(['progressToken', ...TRACE_KEYS]);

export type WhatIsAsked = {
  /** `callerKey` of who calls. */
  readonly caller: string;
  /** Namespaced client of the token; undefined when it names none. */
  readonly client: string | undefined;
  /** `callerKey` of who made the key it shows, who asks with it; undefined when it shows none. */
  readonly keyMaker: string | undefined;
  readonly connection: string;
  /** Digest of which server is behind the connection. */
  readonly server: string;
  readonly method: string;
  readonly name: string;
  readonly policy: string;
  /** That holds it: who may say yes, and to what, is this rule's to say. Undefined where no rule does. */
  readonly rule: string | undefined;
  /** Hash of the definition in force; undefined when the server never showed one. */
  readonly definition: string | undefined;
  /** It goes on with the call that was agreed to, by a state that was given for that. */
  readonly isContinued?: boolean;
  /** The message as it would go up. */
  readonly doc: JsonDocument;
};

export type Prints = {
  readonly fingerprint: Buffer;
  /** Of every call of this tool by this caller that the same rule holds. */
  readonly toolPrint: Buffer;
};

export type Fingerprints = { of(asked: WhatIsAsked): Prints };

type Put = (part: string) => void;

function putMembers(doc: JsonDocument, object: JsonObject, leftOut: ReadonlySet<string>, put: Put): void {
  for (const { key, keyStart, value } of object.members) {
    if (leftOut.has(key)) continue;
    // Key and value with everything in between, as spelled.
    put(doc.text.slice(keyStart, value.end));
  }
}

function putParams({ doc, isContinued }: WhatIsAsked, put: Put): void {
  const params = member(doc.root, 'params');
  if (params?.kind !== 'object') return put(params === undefined ? 'none' : doc.text.slice(params.start, params.end));
  const meta = member(params, '_meta');
  const hasMeta = meta?.kind === 'object';
  // How the answer is fetched (MCP 2025-11-25, Tasks): the server does the same with it and without.
  const task = isTaskWish(member(params, 'task')) ? ['task'] : [];
  const leftOut = [...task, ...(isContinued === true ? FURTHER_ROUNDS : []), ...(hasMeta ? ['_meta'] : [])];
  putMembers(doc, params, new Set(leftOut), put);
  put('_meta');
  if (hasMeta) putMembers(doc, meta, OWN_META, put);
}

function putMessage(asked: WhatIsAsked, put: Put): void {
  putParams(asked, put);
  const { doc } = asked;
  if (doc.root.kind !== 'object') return;
  put('beside');
  putMembers(doc, doc.root, ENVELOPE, put);
}

/** @param secret what every process of the data directory has in common (the masking key) */
export function createFingerprints(secret: Uint8Array): Fingerprints {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'gatebook approvals v1', KEY_BYTES));
  const printOf = (kind: string, asked: WhatIsAsked, more: (put: Put) => void): Buffer => {
    const hmac = createHmac('sha256', key);
    // Lengths go in, so that no two lists of parts read the same.
    const put: Put = (part) => void hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    const { caller, client, connection, method, name, policy, definition } = asked;
    for (const part of [kind, caller, connection, method, name, policy]) put(part);
    for (const part of [client, definition]) put(part === undefined ? '-' : `=${part}`);
    put(asked.server);
    for (const part of [asked.rule, asked.keyMaker]) put(part === undefined ? '-' : `=${part}`);
    more(put);
    return hmac.digest();
  };
  return {
    of: (asked) => ({
      fingerprint: printOf('call', asked, (put) => putMessage(asked, put)),
      toolPrint: printOf('tool', asked, () => undefined),
    }),
  };
}

export const isSamePrint = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other);

/** Names a `requestState` of a server where it is kept with what was agreed to: short, and not the state itself. */
export const stateDigest = (state: string): string => createHash('sha256').update(state).digest('base64url');
