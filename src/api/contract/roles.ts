/** What a caller of the API may be, by the groups of `roles:` in gatebook.yaml. */
export const ROLES = ['admin', 'auditor', 'approver'] as const;
export type Role = (typeof ROLES)[number];
