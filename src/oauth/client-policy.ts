/**
 * Which client programs are welcome, by where they have the browser sent and, where their metadata is a document, by its
 * host. A name says nothing here: anyone can take any.
 */
import type { RedirectUri } from '#oauth/redirect-uri.ts';

export type ClientPolicy = {
  /** Hosts of documents and of https redirect URIs that need nobody's approval; `*.example.com` for all below it. */
  readonly domains: readonly string[];
  readonly native: 'allow' | 'approve' | 'deny';
  readonly others: 'approve' | 'deny';
};

export type ClientJudgement = 'allow' | 'approve' | 'deny';

export type JudgedClient = {
  /** Undefined for a client that registered itself: nobody vouches for what it says. */
  readonly documentHost: string | undefined;
  readonly redirects: readonly RedirectUri[];
};

const STRICTNESS: readonly ClientJudgement[] = ['allow', 'approve', 'deny'];

/** `*.example.com` covers no `example.com`, and nothing covers a name that merely ends alike. */
export const isInDomains = (host: string, domains: readonly string[]): boolean =>
  domains.some((domain) => (domain.startsWith('*.') ? host.endsWith(domain.slice(1)) : host === domain));

/**
 * The strictest of what each part says. So one welcome host opens the door for no other, nor for a program on the person's machine.
 * A client without redirect URIs shows a code to type in (RFC 8628): it is on somebody's machine.
 */
export function judgeClient({ documentHost, redirects }: JudgedClient, policy: ClientPolicy): ClientJudgement {
  const isWeb = redirects.some(({ kind }) => kind === 'web');
  const isNative = redirects.length === 0 || redirects.some(({ kind }) => kind !== 'web');
  const hosts = redirects.flatMap((redirect) => (redirect.kind === 'web' ? [redirect.host] : []));
  const isVouchedFor = [...hosts, ...(documentHost === undefined ? [] : [documentHost])].every((host) =>
    isInDomains(host, policy.domains),
  );
  const said: readonly ClientJudgement[] = [
    ...(isWeb ? [isVouchedFor ? ('allow' as const) : policy.others] : []),
    ...(isNative ? [policy.native] : []),
  ];
  return STRICTNESS[Math.max(...said.map((one) => STRICTNESS.indexOf(one)))] ?? 'deny';
}

/** Whether a document of this host could be of any use: else it is not even fetched. */
export const mayBeWelcome = (documentHost: string, policy: ClientPolicy): boolean =>
  policy.native !== 'deny' || policy.others !== 'deny' || isInDomains(documentHost, policy.domains);
