/** Consents, claims and linked Slack accounts in `state.db`: read here, written by a thread of their own. */
import { Worker } from 'node:worker_threads';
import type { ClaimStore } from '#oauth/claim.ts';
import type { ConsentStore } from '#oauth/consent.ts';
import { openSignInTables } from '#store/sign-in-tables.ts';
import type { SlackLinkStore } from '#notify/slack/slack-links.ts';
import type { SignInTableLimits, SignInTables, SignInWrite } from '#store/sign-in-tables.ts';
import { WriterThread } from '#store/writer-thread.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type SignInStateSettings = { readonly path: string; readonly limits: SignInTableLimits };
export type ToSignInState = ToWriter<SignInWrite>;
export type FromSignInState = FromWriter<boolean>;

export type SignInState = {
  readonly consents: ConsentStore;
  readonly claims: ClaimStore;
  readonly slackLinks: SlackLinkStore;
  close(): Promise<void>;
};

const writerThread = (settings: SignInStateSettings): Worker =>
  new Worker(new URL(import.meta.resolve('#store/sign-in-state.worker.ts')), { workerData: settings });

/** The file is opened by the first use, which throws when it cannot be: nobody pays for it who does not sign in. */
export function createSignInState({ path, limits }: SignInStateSettings): SignInState {
  const writer = new WriterThread<SignInWrite, boolean>({
    start: () => writerThread({ path, limits }),
    waiting: limits.signInWritesWaiting,
    together: limits.signInWritesWaiting,
    writeMs: limits.signInWriteMs,
  });
  let opened: SignInTables | undefined;
  let isClosed = false;
  const open = (): SignInTables => {
    if (isClosed) throw new Error('closed');
    return (opened ??= openSignInTables(path, limits));
  };
  return {
    consents: {
      find: (digest) => open().find(digest),
      of: (person) => open().of(person),
      put: async (row) => void (await writer.write({ act: 'put', row })),
      remove: async (digest) => void (await writer.write({ act: 'remove', digest })),
    },
    claims: {
      claim: (key, holder, { nowMs, untilMs }) => writer.write({ act: 'claim', key, holder, nowMs, untilMs }),
      letGo: async (key, holder) => void (await writer.write({ act: 'let_go', key, holder })),
    },
    slackLinks: {
      find: (digest) => open().findSlackLink(digest),
      of: (person) => open().slackLinksOf(person),
      add: (row) => writer.write({ act: 'link_slack', row }),
      remove: async (digest) => void (await writer.write({ act: 'unlink_slack', digest })),
    },
    async close() {
      isClosed = true;
      opened?.close();
      await writer.close();
    },
  };
}
