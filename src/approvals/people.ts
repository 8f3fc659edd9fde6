/** Who is whom: one person comes through several identity providers, and an account has people who answer for it. */
import type { Principal, Requester } from '#approvals/approval.ts';

/** People who are one: each list names one person as its identity providers know them (`issuer` + `subject`). */
export type SamePeople = readonly (readonly Principal[])[];

const isSame = (one: Principal, other: Principal): boolean =>
  one.issuer === other.issuer && one.subject === other.subject;

/** Through whatever identity either of them came. */
export function isSamePerson(one: Principal, other: Principal, samePeople: SamePeople): boolean {
  if (isSame(one, other)) return true;
  return samePeople.some(
    (identities) =>
      identities.some((identity) => isSame(identity, one)) && identities.some((identity) => isSame(identity, other)),
  );
}

/** Everybody whose matter a request is: whoever asks, who answers for that account, who made the key it shows. */
export const isAsking = (
  { owner, keyMaker, ...requester }: Requester,
  by: Principal,
  samePeople: SamePeople,
): boolean => [requester, owner, keyMaker].some((one) => one !== undefined && isSamePerson(one, by, samePeople));

/** Who can say why: whoever asks, and who answers for that account. */
export const answersFor = ({ owner, ...requester }: Requester, by: Principal, samePeople: SamePeople): boolean =>
  [requester, owner].some((one) => one !== undefined && isSamePerson(one, by, samePeople));
