/**
 * What a modal is opened with and comes back with: which request, as it was when it was read, and for whom. Sealed, so that
 * whoever sends it says nothing by it; about one member, so that it decides nothing in another's hands.
 */
import { createHash } from 'node:crypto';
import type { Approval } from '#approvals/approval.ts';
import type { SlackMember } from '#notify/slack/slack-links.ts';
import type { Seal } from '#oauth/seal.ts';

export type OpenedModal = {
  readonly id: string;
  readonly revision: number;
  /** Digest of the fingerprint: of exactly what would be sent. */
  readonly print: string;
  readonly untilMs: number;
};

/** Lengths need not go in: none of the three has a space. */
export const aboutMember = ({ notifier, team, user }: SlackMember): string => `${notifier} ${team} ${user}`;

const digestOf = ({ fingerprint }: Pick<Approval, 'fingerprint'>): string =>
  createHash('sha256').update(fingerprint).digest('base64url');

export function sealModal(
  seal: Seal,
  member: SlackMember,
  approval: Pick<Approval, 'id' | 'revision' | 'fingerprint'>,
  untilMs: number,
): string {
  const { id, revision } = approval;
  const opened: OpenedModal = { id, revision, print: digestOf(approval), untilMs };
  return seal.seal(JSON.stringify(opened), aboutMember(member)).toString('base64url');
}

/** Undefined when it was not opened here, for this member. */
export function openModal(seal: Seal, member: SlackMember, sealed: string): OpenedModal | undefined {
  const text = seal.open(Buffer.from(sealed, 'base64url'), aboutMember(member));
  return text === undefined ? undefined : (JSON.parse(text) as OpenedModal);
}

/** Whether it is what was read: no vote, no statement and no other call since. */
export const isStill = (
  { id, revision, print }: OpenedModal,
  approval: Pick<Approval, 'id' | 'revision' | 'fingerprint'>,
): boolean => id === approval.id && revision === approval.revision && print === digestOf(approval);
