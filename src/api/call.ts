/** A request to the API on its way, and what an endpoint says to it. Plain data. */
import type { z } from 'zod';
import type { Operation } from '#api/contract/operation.ts';
import type { ProblemCode } from '#api/contract/problem.ts';
import type { Role } from '#policy/duties.ts';
import type { ApiParts } from '#api/parts.ts';
import type { Quota } from '#gateway/quota.ts';
import type { Executed } from '#gateway/refusal.ts';
import type { TokenFault } from '#identity/token-fault.ts';
import type { VerifiedCaller } from '#identity/verified-caller.ts';
import type { Result } from '#result.ts';

/** Why the API says no. `reason` is exact and for the book; the rest is public. */
export type ApiRefusal = {
  readonly code: ProblemCode;
  readonly reason: string;
  readonly fault?: TokenFault;
  readonly detail?: string;
  readonly parameter?: string;
  readonly offset?: number;
  readonly expected?: string;
  readonly retryAfterMs?: number;
  /** Which limit was reached. */
  readonly quota?: Quota;
  /** Of what changes something: whether it may have. */
  readonly executed?: Executed;
};

/** A request as it arrived: nobody knows whose it is. */
export type ApiArrival = {
  /** 26 characters of base32, as of a call. */
  readonly id: string;
  /** Peer address, or the trusted proxy's word for it. */
  readonly source: string;
  /** `GET`, `POST`… and the path as sent, without the query. */
  readonly method: string;
  readonly path: string;
  /** Aborts when the client is gone, the time is over, or the gateway stops. */
  readonly signal: AbortSignal;
};

/** Whose request it is; what he may do is not known yet. */
export type KnownCall = ApiArrival & {
  readonly verified: VerifiedCaller;
  /** Only to keep it out of records, whatever part of the request repeats it; of a browser the cookie's value. */
  readonly token: string;
  /** Of a browser: whether the person proved lately who they are. Undefined with a token, which says nothing of it. */
  readonly isFresh?: boolean;
};

/** A request of a verified caller with a role for the operation. */
export type ApiCall = KnownCall & { readonly operation: Operation; readonly roles: ReadonlySet<Role> };

type AnswerHead = {
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
};
/** Status 200. Pulled as fast as the client takes it; returned early (`return()`) when the client leaves. */
export type StreamAnswer = Omit<AnswerHead, 'status'> & { readonly stream: AsyncGenerator<string, void, undefined> };
export type ApiAnswer =
  | (AnswerHead & { readonly json: unknown })
  | (AnswerHead & { readonly text: string })
  | StreamAnswer;

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What an operation's schemas made of the request. */
export type ApiInput<O extends Operation> = {
  readonly params: Output<O['params']>;
  readonly query: Output<O['query']>;
  readonly headers: Output<O['headers']>;
  readonly body: Output<O['body']>;
};

export type ApiOutcome = Result<ApiAnswer, ApiRefusal>;

export type Route = {
  readonly operation: Operation;
  /** It takes access away, perhaps from whoever asks: once it has begun, that one still gets his answer. */
  readonly endsCallers?: true;
  serve(call: ApiCall, input: ApiInput<Operation>, parts: ApiParts): ApiOutcome | Promise<ApiOutcome>;
};

/** An operation with what serves it; the types of its input are those of its contract. */
export function route<const O extends Operation>(
  operation: O,
  serve: (call: ApiCall, input: ApiInput<O>, parts: ApiParts) => ApiOutcome | Promise<ApiOutcome>,
): Route {
  return { operation, serve };
}
