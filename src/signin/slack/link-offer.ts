/**
 * The offer to link a Slack account: made to a member who clicked and is nobody here, taken by a person who is signed in. Good
 * once, for minutes, for exactly that member.
 */
import { createHash } from 'node:crypto';
import type { SlackMember } from '#notify/slack/slack-links.ts';
import type { Seal } from '#oauth/seal.ts';

export type LinkOffer = SlackMember & { readonly untilMs: number };

const ABOUT = 'offer';
const OFFER = /^[\w-]{1,1000}$/;

export const sealOffer = (seal: Seal, offer: LinkOffer): string =>
  seal.seal(JSON.stringify(offer), ABOUT).toString('base64url');

/** Undefined when it is none of ours, or over. */
export function openOffer(seal: Seal, token: string, nowMs: number): LinkOffer | undefined {
  const text = OFFER.test(token) ? seal.open(Buffer.from(token, 'base64url'), ABOUT) : undefined;
  if (text === undefined) return undefined;
  const offer = JSON.parse(text) as LinkOffer;
  return nowMs < offer.untilMs ? offer : undefined;
}

/** Names it, for being taken once. Of what it says and not of how it is spelled: base64 has more than one spelling of some bytes. */
export const offerKey = (token: string): Buffer =>
  createHash('sha256').update('slack link offer\n').update(Buffer.from(token, 'base64url')).digest();
