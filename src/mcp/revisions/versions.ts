/**
 * Which revisions of MCP exist and to which era each belongs. *Legacy* revisions open with `initialize` and may keep
 * a session; *modern* ones carry version and client in every request (`params._meta`) and know no session.
 * Spec 2026-07-28, "Versioning".
 */
export type ProtocolEra = 'legacy' | 'modern';

export const REVISIONS: readonly { readonly version: string; readonly era: ProtocolEra }[] = [
  { version: '2024-11-05', era: 'legacy' },
  { version: '2025-03-26', era: 'legacy' },
  { version: '2025-06-18', era: 'legacy' },
  { version: '2025-11-25', era: 'legacy' },
  { version: '2026-07-28', era: 'modern' },
];

const MODERN_FROM = '2026-07-28';
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Versions are dates, which compare as text. A later, unknown date is modern; anything that is no date is not. */
export const isModern = (version: string): boolean => DATE.test(version) && version >= MODERN_FROM;
