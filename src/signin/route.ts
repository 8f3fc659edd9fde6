/**
 * A page of signing in, as plain data: the path it answers and what it answers with. Parts of the surface bring lists of
 * routes; app.ts finds the one that is meant. Refuses to know what any page does.
 */
import type { SignInParts } from '#signin/parts.ts';
import type { Visit } from '#signin/visiting.ts';

export type { Visit } from '#signin/visiting.ts';

export type SignInAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
};

export type SignInRoute = {
  readonly method: 'GET' | 'POST';
  /** `/signin/interaction/:uid`; a segment with a colon is any one segment. */
  readonly path: string;
  /** `'sent'`: it has answered by itself. */
  serve(visit: Visit, parts: SignInParts): SignInAnswer | 'sent' | Promise<SignInAnswer | 'sent'>;
};

export const redirect = (location: string, headers: SignInAnswer['headers'] = {}): SignInAnswer => ({
  status: 303,
  headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', ...headers, location },
  body: '',
});

/** What the path gives for the names of the pattern; undefined when it is another path. */
export function paramsOf(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? '';
    if (segment.startsWith(':') && value !== '') params[segment.slice(1)] = value;
    else if (segment !== value) return undefined;
  }
  return params;
}
