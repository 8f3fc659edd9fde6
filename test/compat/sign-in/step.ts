/** What signing in is made of, for every program alike. Pure data: what is asked of a program, and what the page shows. */
import type { Observation } from '../feature.ts';

/** How a client says who it is: by a document it publishes, by registering itself, by an id its operator was given. */
export const WAYS = ['document', 'registered', 'known'] as const;
export type Way = (typeof WAYS)[number];

export const SIGN_IN_CHECKS = [...WAYS, 'call', 'expiry', 'restart', 'out'] as const;
export type SignInCheck = (typeof SIGN_IN_CHECKS)[number];

/** Column heads of the page. */
export const SIGN_IN_TITLES: Readonly<Record<SignInCheck, string>> = {
  document: 'CIMD',
  registered: 'DCR',
  known: 'known client',
  call: 'calls a tool',
  expiry: 'over token expiry',
  restart: 'over a restart',
  out: 'out after a kill',
};

/**
 * `signIn` connects and gets a token, the browser being asked; `call` calls a tool where it is connected; `again` is the same
 * program started anew with what it kept; `watch` calls a tool that goes on until it is cut.
 */
export const STEPS = ['signIn', 'call', 'again', 'watch'] as const;
export type Step = (typeof STEPS)[number];
export type StepReport = { readonly step: Step; readonly seen: Observation };

/** What a driver is given; nothing in it is a token. */
export type SignInErrand = {
  readonly url: string;
  readonly way: Way;
  readonly documentUrl: string;
  readonly knownId: string;
  /** The command that stands for the person's browser. */
  readonly browser: string;
};

export const FORECAST = { name: 'forecast', arguments: { city: 'Zürich' } } as const;
export const WATCH = { name: 'watch', arguments: {} } as const;
