/**
 * oidc-provider's storage over our rows. Here its payloads lose the token and are sealed, what it gives out is recorded before
 * it exists, and of two requests that use the same thing one gets it. Refuses to know SQL and HTTP.
 */
import { accountCaller } from '#accounts/service-account.ts';
import { sourceKey } from '#gateway/source.ts';
import type { OAuthModel, OAuthRow, OAuthRows, OAuthWrite } from '#oauth/oauth-rows.ts';
import type { OAuthKeys } from '#oauth/oauth-keys.ts';
import { isOAuthModel } from '#store/oauth-row.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { AuthAct } from '#signin/auth-record.ts';
import type { ClientRefusal } from '#signin/client-source.ts';
import { connectionOf } from '#signin/resource.ts';
import type { SignInParts } from '#signin/parts.ts';

/** Of the library, and only what is read here. */
export type Payload = Record<string, unknown> & {
  readonly jti?: string;
  readonly accountId?: string;
  readonly clientId?: string;
  readonly grantId?: string;
  readonly aud?: string;
  readonly gty?: string;
  readonly uid?: string;
  readonly userCode?: string;
};

/** What the library asks for, by its names. */
export type Adapter = {
  upsert(id: string, payload: Payload, expiresIn?: number): Promise<void>;
  find(id: string): Promise<Payload | undefined>;
  findByUserCode(userCode: string): Promise<Payload | undefined>;
  findByUid(uid: string): Promise<Payload | undefined>;
  consume(id: string): Promise<void>;
  destroy(id: string): Promise<void>;
  revokeByGrantId(grantId: string): Promise<void>;
};

/** The library's own errors: what a client is told. */
export type AdapterErrors = {
  invalidGrant(detail: string): Error;
  invalidClient(detail: string): Error;
  /** Nothing was done; ask again later. */
  unavailable(): Error;
  clientRefused(refusal: ClientRefusal): Error;
  /** The client may have no tokens now. */
  clientNotAllowed(): Error;
};

/** Of the library's context. */
export type Asking = {
  readonly ip: string;
  readonly oidc: {
    readonly route?: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly entities: Readonly<Record<string, { readonly jti: string } | undefined>>;
  };
};

export type AdapterParts = Pick<
  SignInParts,
  'clients' | 'clock' | 'ledger' | 'log' | 'masker' | 'newId' | 'publicUrl' | 'signIns'
> & {
  readonly rows: OAuthRows;
  readonly keys: OAuthKeys;
  readonly errors: AdapterErrors;
  /** The request that is being answered; undefined outside of one. */
  readonly context: () => Asking | undefined;
};

const SECOND_MS = 1_000;
/** Of a session the library keeps only what the form of a user code needs: who is signed in says our own session. */
const SESSION_KEYS = ['jti', 'uid', 'kind', 'iat', 'exp', 'state'] as const;
/** What hangs on a grant, by that name. */
const GRANTED: ReadonlySet<string> = new Set([
  'AccessToken',
  'AuthorizationCode',
  'DeviceCode',
  'Grant',
  'RefreshToken',
]);
/** What strangers can make. */
const UNSIGNED: ReadonlySet<string> = new Set(['DeviceCode', 'Interaction', 'PushedAuthorizationRequest', 'Session']);
/** Their id stays in what is sealed: it is found by another name too, and opens nothing by itself. */
const NAMED_IN_SEAL: ReadonlySet<string> = new Set(['DeviceCode', 'Grant', 'Interaction', 'Session']);

/** @param model the library's name of what is kept */
export function createAdapter(model: string, parts: AdapterParts): Adapter {
  if (model === 'Client') return clientAdapter(parts);
  if (!isOAuthModel(model)) throw new Error(`${model} is not kept`);
  return new RowAdapter(model, parts);
}

/** What was registered is not changed through the library, and nothing but a client is found. */
function clientAdapter({ clients, errors }: AdapterParts): Adapter {
  const never = async (): Promise<never> => {
    throw new Error('clients are kept elsewhere');
  };
  return {
    async find(id) {
      const found = await clients.find(id);
      if (found === undefined) return undefined;
      if (!found.ok) throw errors.clientRefused(found.error);
      return found.value;
    },
    upsert: never,
    findByUserCode: never,
    findByUid: never,
    consume: never,
    destroy: never,
    revokeByGrantId: never,
  };
}

class RowAdapter implements Adapter {
  readonly #model: OAuthModel;
  readonly #parts: AdapterParts;

  constructor(model: OAuthModel, parts: AdapterParts) {
    this.#model = model;
    this.#parts = parts;
  }

  async upsert(id: string, payload: Payload, expiresIn?: number): Promise<void> {
    const row = this.#rowOf(id, payload, expiresIn ?? 0);
    const isGiven = this.#model === 'AccessToken' || this.#model === 'ClientCredentials';
    if (isGiven) await this.#give(row, payload);
    const nowMs = this.#parts.clock();
    if (this.#model === 'RefreshToken' && row.after !== undefined) return this.#rotate(row, payload, nowMs);
    const outcome = await this.#write({ act: 'put', row, nowMs });
    if (outcome === 'used') throw this.#parts.errors.invalidClient('client assertion tokens must only be used once');
    if (outcome !== 'done') throw this.#parts.errors.invalidGrant('what it hangs on has ended');
  }

  async find(id: string): Promise<Payload | undefined> {
    const { keys } = this.#parts;
    const row = this.#read((rows) => rows.find(keys.rowDigest(this.#model, id)));
    return row === undefined ? undefined : this.#payloadOf(row, id);
  }

  findByUserCode = (userCode: string): Promise<Payload | undefined> => this.#findByAlias('user code', userCode);
  findByUid = (uid: string): Promise<Payload | undefined> => this.#findByAlias('session', uid);

  /** A refresh token is used up by the one that takes its place, in one step with it: see `#rotate`. */
  async consume(id: string): Promise<void> {
    if (this.#model === 'RefreshToken') return;
    const { keys, clock, errors } = this.#parts;
    const digest = keys.rowDigest(this.#model, id);
    const row = this.#read((rows) => rows.find(digest));
    const outcome = await this.#write({ act: 'consume', digest, nowMs: clock() });
    if (outcome === 'done') return;
    await this.#recordReuse('code_reuse', row);
    throw errors.invalidGrant('already used');
  }

  async destroy(id: string): Promise<void> {
    const { keys } = this.#parts;
    const digest = keys.rowDigest(this.#model, id);
    // Whatever hangs on a grant ends with it: the library asks for that in the same breath.
    if (this.#model === 'AccessToken' || this.#model === 'RefreshToken') return;
    if (this.#model === 'ClientCredentials') await this.#recordEnd('token_revoked', digest);
    await this.#write(this.#model === 'Grant' ? { act: 'end_grant', grant: digest } : { act: 'remove', digest });
  }

  /** Asked once for each kind of token; the grant ends as one. */
  async revokeByGrantId(grantId: string): Promise<void> {
    if (this.#model !== 'AccessToken') return;
    const { context } = this.#parts;
    const grant = this.#parts.keys.rowDigest('Grant', grantId);
    const isAsked = context()?.oidc.route === 'revocation';
    // A client that asks waits for the book; a reuse ends at once, whatever the book says.
    if (isAsked) await this.#recordEnd('grant_ended', grant);
    const row = this.#read((rows) => rows.find(grant));
    await this.#write({ act: 'end_grant', grant });
    if (!isAsked && row !== undefined) await this.#recordReuse(reuseOf(context()), row);
  }

  async #findByAlias(kind: 'user code' | 'session', alias: string): Promise<Payload | undefined> {
    const row = this.#read((rows) => rows.findByAlias(this.#parts.keys.aliasDigest(kind, alias)));
    return row === undefined || row.model !== this.#model ? undefined : this.#payloadOf(row, undefined);
  }

  async #rotate(row: OAuthRow, payload: Payload, nowMs: number): Promise<void> {
    const outcome = await this.#write({ act: 'rotate', row, nowMs, source: this.#source() });
    if (outcome === 'done') return;
    if (outcome === 'used') await this.#recordReuse('refresh_reuse', row, payload);
    throw this.#parts.errors.invalidGrant('refresh token already used');
  }

  #rowOf(id: string, payload: Payload, expiresIn: number): OAuthRow {
    const { keys, clock, context } = this.#parts;
    const model = this.#model;
    const digest = keys.rowDigest(model, id);
    const { jti, consumed: _, ...rest } = payload;
    const kept = model === 'Session' ? pick(payload, SESSION_KEYS) : NAMED_IN_SEAL.has(model) ? { ...rest, jti } : rest;
    const nowMs = clock();
    const entities = context()?.oidc.entities;
    const after = model === 'RefreshToken' ? entities?.['RotatedRefreshToken'] : entities?.['RefreshToken'];
    const hasAfter = after !== undefined && (model === 'RefreshToken' || model === 'AccessToken');
    const alias =
      model === 'DeviceCode' && payload.userCode !== undefined
        ? keys.aliasDigest('user code', payload.userCode)
        : model === 'Session' && payload.uid !== undefined
          ? keys.aliasDigest('session', payload.uid)
          : undefined;
    return {
      digest,
      model,
      grant: model === 'Grant' ? digest : this.#grantOf(payload),
      signIn: GRANTED.has(model) ? payload.accountId : undefined,
      alias,
      after: hasAfter ? keys.rowDigest('RefreshToken', after.jti) : undefined,
      source: UNSIGNED.has(model) ? this.#source() : undefined,
      sealed: keys.seal(digest, JSON.stringify(kept)),
      madeMs: nowMs,
      expiresMs: nowMs + expiresIn * SECOND_MS,
      consumedMs: undefined,
    };
  }

  #source(): Buffer | undefined {
    const { keys, context } = this.#parts;
    const source = context()?.ip;
    return source === undefined ? undefined : keys.sourceDigest(sourceKey(source));
  }

  #grantOf({ grantId }: Payload): Buffer | undefined {
    if (grantId === undefined || !GRANTED.has(this.#model)) return undefined;
    return this.#parts.keys.rowDigest('Grant', grantId);
  }

  #payloadOf(row: OAuthRow, id: string | undefined): Payload | undefined {
    const { keys, clock } = this.#parts;
    if (row.expiresMs <= clock()) return undefined;
    const payload = JSON.parse(keys.open(row.digest, row.sealed)) as Payload;
    const isUsed =
      row.consumedMs !== undefined &&
      !(this.#model === 'RefreshToken' && this.#read((rows) => rows.isUnanswered(row.digest)));
    return {
      ...payload,
      ...(id === undefined ? {} : { jti: id }),
      ...(isUsed ? { consumed: Math.floor((row.consumedMs ?? 0) / SECOND_MS) } : {}),
    };
  }

  /** Of what is given out: to nobody who waits for an admin, and in the book before it opens anything. */
  async #give(row: OAuthRow, payload: Payload): Promise<void> {
    const { clients, keys, errors, publicUrl } = this.#parts;
    const clientId = payload.clientId ?? '';
    if (clients.standing(clientId)?.is !== 'allowed') throw errors.clientNotAllowed();
    const act: AuthAct = payload.gty?.endsWith('refresh_token') === true ? 'token_refreshed' : 'token_issued';
    const connection = connectionOf(payload.aud, publicUrl);
    const recorded = await recordAct(this.#parts, act, {
      ...this.#whoOf(row, payload),
      ...(connection === undefined ? {} : { connection }),
      detail: {
        grant: row.grant === undefined ? null : keys.grantName(row.grant),
        by: payload.gty ?? 'client_credentials',
        expires: new Date(row.expiresMs).toISOString(),
      },
    });
    if (!recorded.ok) throw errors.unavailable();
    clients.used(clientId);
  }

  async #recordEnd(act: 'grant_ended' | 'token_revoked', digest: Uint8Array): Promise<void> {
    const { keys, errors } = this.#parts;
    const row = this.#read((rows) => rows.find(digest));
    if (row === undefined) return;
    const detail = { grant: row.grant === undefined ? null : keys.grantName(row.grant) };
    const who = this.#whoOf(row, this.#payloadOf(row, undefined) ?? {});
    const recorded = await recordAct(this.#parts, act, { ...who, reason: 'client_asked', detail });
    if (!recorded.ok) throw errors.unavailable();
  }

  /** The grant ended already, in one step with the refusal: what takes away need not wait for the book. */
  async #recordReuse(act: 'code_reuse' | 'refresh_reuse', row: OAuthRow | undefined, payload?: Payload): Promise<void> {
    const { keys, log } = this.#parts;
    const detail = { grant: row?.grant === undefined ? null : keys.grantName(row.grant) };
    const who = row === undefined ? {} : this.#whoOf(row, payload ?? this.#payloadOf(row, undefined) ?? {});
    const recorded = await recordAct(this.#parts, act, { ...who, reason: act, detail });
    if (!recorded.ok) log.error({ act }, 'a reuse could not be recorded; its grant has ended');
  }

  #whoOf(row: OAuthRow, { clientId }: Payload) {
    const { context } = this.#parts;
    const signIn = row.signIn === undefined ? undefined : this.#parts.signIns.find(row.signIn);
    const source = context()?.ip;
    // Without a person it is the account itself that asks.
    const isOwn = this.#model === 'ClientCredentials' && clientId !== undefined;
    return {
      ...(isOwn ? { caller: accountCaller(clientId, this.#parts.publicUrl) } : {}),
      ...(signIn === undefined ? {} : { signIn }),
      ...(clientId === undefined ? {} : { clientId }),
      ...(source === undefined ? {} : { source }),
    };
  }

  #read<T>(read: (rows: OAuthRows) => T): T {
    try {
      return read(this.#parts.rows);
    } catch (error) {
      this.#failed(error);
      throw this.#parts.errors.unavailable();
    }
  }

  async #write(write: OAuthWrite): Promise<'done' | 'used' | 'gone'> {
    try {
      return await this.#parts.rows.write(write);
    } catch (error) {
      this.#failed(error);
      throw this.#parts.errors.unavailable();
    }
  }

  #failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#parts.log.error({ error: why }, 'what the authorization server keeps cannot be read or written');
  }
}

const reuseOf = (asking: Asking | undefined): 'code_reuse' | 'refresh_reuse' =>
  asking?.oidc.params?.['grant_type'] === 'refresh_token' ? 'refresh_reuse' : 'code_reuse';

const pick = (payload: Payload, keys: readonly string[]): Payload =>
  Object.fromEntries(Object.entries(payload).filter(([key]) => keys.includes(key)));
