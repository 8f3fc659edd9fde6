/** What the API may use of a running gateway. Plain wiring, made in src/bin. */
import type { Checkpoints } from '#api/checkpoints.ts';
import type { Cursors } from '#api/cursors.ts';
import type { KeyParts } from '#api/key-parts.ts';
import type { RoleGroups } from '#api/roles.ts';
import type { Admission } from '#gateway/admission.ts';
import type { Book } from '#events/book.ts';
import type { EventStreams } from '#events/event-streams.ts';
import type { EpochSource } from '#identity/epochs.ts';
import type { NoticeView } from '#notify/notice.ts';
import type { GivenGrants } from '#oauth/given-grants.ts';
import type { SignInStore } from '#oauth/sign-in.ts';
import type { BrokenGlassStore } from '#policy/break-glass.ts';
import type { Searcher } from '#events/searcher.ts';
import type { NamedGrants } from '#oauth/named-grants.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { RevokeParts } from '#gateway/revoke.ts';
import type { ClientPolicy } from '#oauth/client-policy.ts';
import type { ClientStore } from '#oauth/client-store.ts';
import type { BrowserCheck } from '#signin/check-browser.ts';
import type { WebSessions } from '#signin/web-session.ts';

export type ApiParts = Pick<
  Gateway,
  | 'approvals'
  | 'allowedHosts'
  | 'allowedOrigins'
  | 'clock'
  | 'definitions'
  | 'draining'
  | 'identity'
  | 'ledger'
  | 'limits'
  | 'log'
  | 'masker'
  | 'monotonic'
  | 'newId'
  | 'proxies'
  | 'publicUrl'
  | 'quotas'
  | 'refusals'
  | 'stopping'
> & {
  readonly roles: RoleGroups;
  /** Who was told of an approval; empty when nobody is, or when that cannot be read. */
  readonly noticesOf: (approval: string) => readonly NoticeView[];
  /** `alarm`: somebody broke the glass, whatever comes of it. */
  readonly brokenGlass: BrokenGlassStore & { readonly alarm: () => void };
  readonly epochs: EpochSource;
  /** Browsers in which people are signed in; undefined where nobody signs in. */
  readonly web:
    | (Pick<WebSessions, 'isShown' | 'value' | 'find' | 'isToken' | 'isFresh'> & { readonly check: BrowserCheck })
    | undefined;
  /** Who is signed in, and with what; undefined where nobody signs in. */
  readonly people:
    | {
        readonly signIns: Pick<SignInStore, 'of' | 'find' | 'end'>;
        readonly sessions: Pick<WebSessions, 'of' | 'end' | 'endOf'>;
        readonly grants: GivenGrants;
      }
    | undefined;
  /** Issuers with an `apiAudience`: where a token for the API can come from. */
  readonly apiIssuers: readonly string[];
  readonly checkpoints: Checkpoints;
  readonly revocations: RevokeParts;
  /** What people let clients do. */
  readonly grants: NamedGrants;
  readonly keys: KeyParts;
  /** Undefined when nobody signs in here. */
  readonly clients: { readonly store: ClientStore; readonly policy: ClientPolicy } | undefined;
  /** How many requests may be on their way; shared by the APIs of a configuration and the ones before it. */
  readonly apiAdmission: Admission;
  readonly cursors: Cursors;
  readonly searcher: Searcher;
  readonly streams: EventStreams;
  /** The records of every shard of the data directory. */
  readonly book: Pick<Book, 'leaves' | 'sizes' | 'source'>;
  /** Of the product, for openapi.json. */
  readonly version: string;
};
