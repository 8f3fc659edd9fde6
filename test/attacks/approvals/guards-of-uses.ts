/** What makes a yes one that is used once, in its time, under its policy. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const TRANSITIONS = 'src/approvals/transitions.ts';
const TABLE = 'src/store/approval-table.ts';

const neverLapses = without(
  TRANSITIONS,
  'endMs !== undefined && nowMs >= endMs ?',
  'endMs !== undefined && nowMs < 0 ?',
);

export const USE_GUARDS: readonly Guard[] = [
  {
    guard: 'what was used is used up',
    attacks: ['replay', 'replay-restarted', 'decision-replayed', 'state-replayed'],
    patches: [
      without(
        TRANSITIONS,
        "return approval.scope === 'once' ? { ...approval, state: 'used' } : approval;",
        'return approval;',
      ),
    ],
  },
  {
    guard: 'of two who use one at the same time one does',
    attacks: ['race'],
    patches: [
      without(
        TABLE,
        "return changes === 1 ? { revision: next } : 'late';",
        'return { revision: next + Number(changes) * 0 };',
      ),
    ],
  },
  {
    guard: 'what is kept is held against the book at a start',
    attacks: ['state-of-yesterday'],
    patches: [
      without(
        'src/approvals/book-facts.ts',
        'if (kept === undefined) return told.uses > 0;',
        'if (kept !== undefined || told.uses > 0) return false;',
      ),
    ],
  },
  {
    guard: 'a state that is older than it was is another one',
    attacks: ['state-swapped'],
    patches: [without(TABLE, 'if (revision < this.#seen) throw', 'if (revision < 0) throw')],
  },
  {
    guard: 'a yes is over with its time',
    attacks: ['expired-by-one-second'],
    patches: [
      without(TRANSITIONS, 'approval.usableUntilMs !== undefined && nowMs < approval.usableUntilMs;', 'nowMs > 0;'),
      neverLapses,
    ],
  },
  {
    guard: 'what was over stays over',
    attacks: ['clock-set-back'],
    patches: [neverLapses],
  },
  {
    guard: 'a request is over with its time',
    attacks: ['decided-too-late'],
    patches: [
      without(
        TRANSITIONS,
        "  if (nowMs >= expiresMs) return err('expired');\n",
        "  if (nowMs + expiresMs < 0) return err('expired');\n",
      ),
      neverLapses,
    ],
  },
  {
    guard: 'the policy is in the fingerprint, and its end ends what was agreed to under it',
    attacks: ['policy-changed'],
    patches: [
      without(
        'src/approvals/fingerprint.ts',
        '[kind, caller, connection, method, name, policy]',
        '[kind, caller, connection, method, name]',
      ),
      without('src/approvals/fingerprint.ts', ', name, policy, definition }', ', name, definition }'),
      without('src/bin/approvals.ts', 'approval.policy !== policy)', "approval.policy === '' && policy === '')"),
    ],
  },
  {
    guard: 'only what is pending is decided',
    attacks: ['no-turned-to-yes'],
    patches: [
      without(
        TRANSITIONS,
        "  if (state !== 'pending') return err('not_pending');\n",
        "  if (state === 'void') return err('not_pending');\n",
      ),
    ],
  },
];
