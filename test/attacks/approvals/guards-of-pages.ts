/** Who sees and sends the page of a request. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

export const PAGE_GUARDS: readonly Guard[] = [
  {
    guard: 'what one may not see is not there',
    attacks: ['link-of-another'],
    patches: [
      without(
        'src/signin/approvals/approval-visit.ts',
        'if (approval === undefined || !parts.approvals.isShownTo(approval, person, roles)) return',
        'if (approval === undefined || roles.size > 100) return',
      ),
    ],
  },
  {
    guard: 'a form comes from our own page',
    attacks: ['request-page-forged'],
    patches: [
      without(
        'src/signin/visit.ts',
        "  if (method !== 'POST') return false;\n",
        "  if (method !== 'PUT') return false;\n",
      ),
      without(
        'src/signin/approvals/approval-visit.ts',
        'if (foreign !== undefined) return refused(',
        'if (foreign !== undefined && visit.source === undefined) return refused(',
      ),
    ],
  },
  {
    guard: 'a form has the token of its session',
    attacks: ['request-page-token'],
    patches: [
      without(
        'src/signin/own-form.ts',
        'return a.length === b.length && timingSafeEqual(a, b);',
        'return a.length === b.length;',
      ),
    ],
  },
  {
    guard: 'no page of ours is framed',
    attacks: ['request-page-framed'],
    patches: [
      without('src/signin/pages/layout.ts', "; frame-ancestors 'none'"),
      without('src/signin/app.ts', "  response.setHeader('x-frame-options', 'DENY');\n"),
    ],
  },
  {
    guard: 'who decides proved lately who they are',
    attacks: ['request-page-left-open'],
    patches: [
      without(
        'src/signin/approvals/approval-acts.ts',
        '  // What they wrote is lost; who they are is worth more.\n  if (!parts.sessions.isFresh(present))',
        '  if (!parts.sessions.isFresh(present) && isAuditor)',
      ),
    ],
  },
];
