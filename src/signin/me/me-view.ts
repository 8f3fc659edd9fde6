/** What `/me` shows, as plain data: who I am here, and everything that acts in my name. */
import type { Role } from '#policy/duties.ts';
import type { Consents } from '#oauth/consent.ts';
import type { SlackLink, SlackLinks } from '#notify/slack/slack-links.ts';
import type { GivenGrants } from '#oauth/given-grants.ts';
import { callerOf } from '#oauth/sign-in.ts';
import type { SignIn, SignInStore } from '#oauth/sign-in.ts';
import type { Caller } from '#identity/caller.ts';
import { connectionOf } from '#signin/resource.ts';
import type { Present, WebSessions } from '#signin/web-session.ts';

export type MyBrowser = {
  readonly id: string;
  readonly browser: string;
  readonly network: string;
  readonly beganAtMs: number;
  readonly usedAtMs: number;
  /** The one that is asking. */
  readonly isThis: boolean;
};

export type MyClient = {
  /** Of the sign-in and the grant: what a form says to end it. */
  readonly signIn: string;
  readonly grant: string;
  readonly clientId: string;
  /** As it called itself when it was agreed to: unverified. */
  readonly clientName: string | undefined;
  /** Where the browser was sent with the code. */
  readonly place: string | undefined;
  /** Names of connections; `API` for the gateway's own. */
  readonly reaches: readonly string[];
  readonly givenAtMs: number;
};

/** Agreed to once and not asked again, though nothing is given now. */
export type MyConsent = {
  readonly id: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly place: string;
  readonly reaches: string;
  readonly givenAtMs: number;
};

export type MySignIn = {
  readonly id: string;
  readonly signedInAtMs: number;
  readonly expiresAtMs: number;
  readonly isThis: boolean;
  readonly browsers: readonly MyBrowser[];
  readonly clients: readonly MyClient[];
};

export type Me = {
  readonly login: string | undefined;
  readonly issuer: string;
  readonly subject: string;
  readonly groups: readonly string[];
  readonly roles: readonly Role[];
  readonly signIns: readonly MySignIn[];
  readonly consents: readonly MyConsent[];
  readonly slackLinks: readonly SlackLink[];
};

export type MeSources = {
  readonly signIns: Pick<SignInStore, 'of'>;
  readonly sessions: Pick<WebSessions, 'of'>;
  readonly grants: Pick<GivenGrants, 'of'>;
  readonly consents: Pick<Consents, 'of'>;
  readonly slackLinks: Pick<SlackLinks, 'of'>;
  readonly rolesOf: (caller: Caller) => ReadonlySet<Role>;
  readonly clock: () => number;
  readonly publicUrl: string;
};

export const ownSignIns = (
  { issuer, subject }: Pick<SignIn, 'issuer' | 'subject'>,
  { signIns, clock }: Pick<MeSources, 'signIns' | 'clock'>,
): readonly SignIn[] =>
  signIns
    .of(issuer, subject)
    .filter(({ expiresAtMs, endedAtMs }) => endedAtMs === undefined && expiresAtMs > clock())
    .toSorted((a, b) => b.signedInAtMs - a.signedInAtMs);

export function viewMe({ signIn: own, session: here }: Present, sources: MeSources): Me {
  const { sessions, grants, consents, slackLinks, publicUrl, rolesOf } = sources;
  const agreed = consents.of(own);
  const named = new Map(agreed.map((consent) => [consent.clientId, consent]));
  const reached = (resource: string): string => connectionOf(resource, publicUrl) ?? 'API';
  const clientsOf = ({ id }: SignIn): readonly MyClient[] =>
    grants.of(id).map(({ name, clientId, resources, givenAtMs }) => ({
      signIn: id,
      grant: name,
      clientId,
      clientName: named.get(clientId)?.clientName,
      place: named.get(clientId)?.place,
      reaches: resources.map(reached),
      givenAtMs,
    }));
  const browsersOf = (signIn: SignIn): readonly MyBrowser[] =>
    sessions.of([signIn]).map(({ id, browser, network, beganAtMs, usedAtMs }) => ({
      id,
      browser,
      network,
      beganAtMs,
      usedAtMs,
      isThis: id === here.id,
    }));
  return {
    login: own.login,
    issuer: own.issuer,
    subject: own.subject,
    groups: own.groups,
    roles: [...rolesOf(callerOf(own, undefined))],
    slackLinks: slackLinks.of(own),
    signIns: ownSignIns(own, sources).map((signIn) => ({
      id: signIn.id,
      signedInAtMs: signIn.signedInAtMs,
      expiresAtMs: signIn.expiresAtMs,
      isThis: signIn.id === own.id,
      browsers: browsersOf(signIn),
      clients: clientsOf(signIn),
    })),
    consents: agreed.map(({ id, clientId, clientName, place, resource, givenAtMs }) => ({
      id,
      clientId,
      clientName,
      place,
      reaches: reached(resource),
      givenAtMs,
    })),
  };
}
