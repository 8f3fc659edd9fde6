/**
 * What an endpoint takes and gives, as data: the server checks requests by it, openapi.json is made of it, and a client
 * can import it. No I/O here, and nothing of how an endpoint does it.
 */
import { z } from 'zod';
import type { ApiPath } from '#api/contract/paths.ts';
import type { ProblemCode } from '#api/contract/problem.ts';
import type { Role } from '#policy/duties.ts';

export type Operation = {
  /** Stable name, also in records of refusals. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: ApiPath;
  readonly summary: string;
  readonly description?: string;
  /** In a browser only for somebody who proved lately who they are. */
  readonly needsFresh?: true;
  /** Any of these is enough; `anyone`: what a caller sees and may do there, the endpoint says. */
  readonly roles: readonly Role[] | 'anyone';
  /** Segments of the path. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** In lower case; each is optional. */
  readonly headers?: z.ZodObject;
  /** JSON; only for POST. */
  readonly body?: z.ZodType;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beyond those every operation may give. */
  readonly problems: readonly ProblemCode[];
};

export type Answer = {
  readonly description: string;
  /** By media type; a schema of one line where the answer is a stream of lines. */
  readonly content: Readonly<Record<string, z.ZodType>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** What any operation may say no with. */
export const COMMON_PROBLEMS = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'forbidden_origin',
  'method_not_allowed',
  'too_large',
  'rate_limited',
  'internal',
  'identity_unavailable',
  'audit_unavailable',
  'timeout',
  'stopping',
] as const satisfies readonly ProblemCode[];

/** A whole number in a query or path: digits only, where `Number` would also take spaces, signs and exponents. */
export const integerParameter = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

export const booleanParameter = () =>
  z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .pipe(z.boolean());
