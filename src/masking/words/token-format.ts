/** One format of a provider's tokens. */
export type TokenFormat = {
  readonly rule: string;
  /** As it begins; searched for without case, then compared exactly. */
  readonly prefix: string;
  /** A pattern of what follows the prefix. */
  readonly rest: string;
  /** `github`: six base-62 digits of a CRC-32 at the end. */
  readonly checksum?: 'github';
};

export const format = (rule: string, prefix: string, rest: string): TokenFormat => ({ rule, prefix, rest });

/** The same for each of the prefixes, which are separated by spaces. */
export const each = (rule: string, prefixes: string, rest: string): readonly TokenFormat[] =>
  prefixes.split(' ').map((prefix) => format(rule, prefix, rest));

export const github = (prefixes: string, rest: string): readonly TokenFormat[] =>
  each('github-token', prefixes, rest).map((one) => ({ ...one, checksum: 'github' }));
