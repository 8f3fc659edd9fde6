/** What the authorization server keeps in `state.db`: read here, written by a thread of its own. */
import { Worker } from 'node:worker_threads';
import type { OAuthOutcome, OAuthRows, OAuthWrite } from '#oauth/oauth-rows.ts';
import { openOAuthTable } from '#store/oauth-table.ts';
import type { OAuthTable, OAuthTableLimits } from '#store/oauth-table.ts';
import { WriterThread } from '#store/writer-thread.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type OAuthWriterSettings = { readonly path: string; readonly limits: OAuthTableLimits };
export type ToOAuth = ToWriter<OAuthWrite>;
export type FromOAuth = FromWriter<OAuthOutcome>;

export type OAuthStoreOptions = OAuthWriterSettings & {
  /** For tests: another thread that speaks as oauth.worker.ts does. */
  readonly startThread?: (settings: OAuthWriterSettings) => Worker;
};

const writerThread = (settings: OAuthWriterSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/oauth.worker.ts')), { workerData: settings });

/** The file is opened by the first use, which throws when it cannot be: nobody pays for it who does not sign in. */
export function createOAuthStore({ path, limits, startThread = writerThread }: OAuthStoreOptions): OAuthRows {
  const writer = new WriterThread<OAuthWrite, OAuthOutcome>({
    start: () => startThread({ path, limits }),
    waiting: limits.oauthWritesWaiting,
    together: limits.oauthWritesWaiting,
    writeMs: limits.oauthWriteMs,
  });
  let opened: OAuthTable | undefined;
  let isClosed = false;
  const table = (): OAuthTable => {
    if (isClosed) throw new Error('closed');
    return (opened ??= openOAuthTable(path, limits));
  };
  return {
    find: (digest) => table().find(digest),
    findByAlias: (alias) => table().findByAlias(alias),
    token: (digest) => table().token(digest),
    isUnanswered: (digest) => table().isUnanswered(digest),
    grantsOf: (signIn) => table().grantsOf(signIn),
    grantNamed: (prefix) => table().grantNamed(prefix),
    signIn: (id) => table().signIn(id),
    signInsOf: (person) => table().signInsOf(person),
    revision: () => table().revision(),
    write: (write) => writer.write(write),
    async close() {
      isClosed = true;
      opened?.close();
      await writer.close();
    },
  };
}
