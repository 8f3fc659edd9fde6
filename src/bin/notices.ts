/** Who is told of calls that wait for people: made of each configuration, kept going from the start to the stop. */
import { join } from 'node:path';
import type { ApprovalStore } from '#approvals/approval.ts';
import type { Approvals } from '#approvals/approvals.ts';
import type { LoadedConfig } from '#config/load.ts';
import { notifierText } from '#config/notify-settings.ts';
import { proxyText } from '#config/proxy-settings.ts';
import { approvalNoticeEntry } from '#gateway/approval-entries.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import type { Gateway } from '#gateway/gateway.ts';
import type { Masker } from '#masking/masker.ts';
import { approvalNews } from '#notify/approval-news.ts';
import { noticeViews } from '#notify/notice.ts';
import type { NoticeCounts, NoticeView } from '#notify/notice.ts';
import type { Notifier } from '#notify/notifier.ts';
import type { NotifierSettings } from '#notify/notifier-settings.ts';
import { createNotices } from '#notify/notices.ts';
import { createSeal } from '#oauth/seal.ts';
import { createNoticeStore, NOTICE_SEAL } from '#store/notice-store.ts';

export type OpenNotices = {
  /** Tells those of this configuration from now on; of what did not change nothing is made anew. */
  use(loaded: LoadedConfig): void;
  of(approval: string): readonly NoticeView[];
  /** By kind, since the start of this process. */
  counts(): NoticeCounts;
  /** Of the whole data directory. */
  waiting(): number;
  stop(): Promise<void>;
};

type Parts = Pick<Gateway, 'clock' | 'newId' | 'ledger' | 'inForce' | 'log'> & {
  readonly loaded: LoadedConfig;
  readonly currentConfig: () => LoadedConfig;
  readonly currentMasker: Masker;
  readonly maskingKey: Uint8Array;
  readonly random: (count: number) => Uint8Array;
  readonly approvalStore: Pick<ApprovalStore, 'find'>;
  readonly approvals: Pick<Approvals, 'onChange'>;
};

/** Each kind, and the library it needs, is loaded with the first of it. */
async function notifierOf(settings: NotifierSettings, loaded: LoadedConfig, clock: () => number): Promise<Notifier> {
  const { proxy, limits } = loaded;
  if (settings.kind === 'email') {
    const { createEmail } = await import('#notify/email.ts');
    return createEmail(settings, { limits });
  }
  const { createPost } = await import('#notify/post.ts');
  const ca = settings.kind === 'slack' ? undefined : settings.ca;
  const open = createPost({ proxy, ca, limits, clock });
  switch (settings.kind) {
    case 'webhook': {
      const { createWebhook } = await import('#notify/webhook.ts');
      return createWebhook(settings, { ...open, clock });
    }
    case 'teams': {
      const { createTeams } = await import('#notify/teams.ts');
      return createTeams(settings, open);
    }
    case 'slack': {
      const { createSlackNotifier } = await import('#notify/slack/slack-notifier.ts');
      return createSlackNotifier({ ...settings, ...open });
    }
    default:
      return settings satisfies never;
  }
}

/** Everything it is made with; holds secrets. */
function textOf(settings: NotifierSettings, { proxy, limits }: LoadedConfig): string {
  const around = JSON.stringify(proxy?.around ?? []);
  return [notifierText(settings), proxyText(proxy?.https), proxyText(proxy?.http), around, limits.noticeMs].join('\n');
}

export function openNotices(parts: Parts): OpenNotices {
  const { loaded, clock, newId, ledger, currentConfig, currentMasker, inForce, log } = parts;
  const store = createNoticeStore({
    path: join(loaded.config.data, 'state.db'),
    limits: loaded.limits,
    seal: createSeal(parts.maskingKey, NOTICE_SEAL, parts.random),
  });
  const mask = (text: string): string => {
    const secrets = [...inForce().connections.values()].flatMap((connection) => connection.secrets);
    return currentMasker.maskStoredText(text.toWellFormed(), currentMasker.secretsOf(secrets));
  };
  const notices = createNotices({
    store,
    find: (id) => parts.approvalStore.find(id),
    news(approval) {
      const { publicUrl, signsIn } = inForce();
      return approvalNews(approval, { mask, publicUrl, hasPages: signsIn, limits: currentConfig().limits });
    },
    async record(act, approval, detail) {
      const recorded = await ledger.append(approvalNoticeEntry(newId(), currentMasker, act, approval, detail));
      return recorded.ok;
    },
    clock,
    limits: () => currentConfig().limits,
    onFault: (what, error) => log.error({ frames: faultFrames(error) }, what),
    onDead: (approval, { notifier, kind, reason }) =>
      log.error({ approval, notifier, kind, reason }, 'somebody could not be told of a call that waits: given up'),
  });
  let made: ReadonlyMap<string, Notifier> = new Map();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let using: Promise<void> = Promise.resolve();
  const unlisten = parts.approvals.onChange((approval) => notices.changed(approval));

  const apply = async (next: LoadedConfig): Promise<void> => {
    if (isStopped) return;
    const before = made;
    const opened = next.notifiers.map(async (settings): Promise<readonly [string, Notifier]> => {
      const text = textOf(settings, next);
      return [text, before.get(text) ?? (await notifierOf(settings, next, clock))];
    });
    made = new Map(await Promise.all(opened));
    await notices.use([...made.values()]);
    await Promise.all([...before].filter(([text]) => !made.has(text)).map(([, notifier]) => notifier.close()));
    if (made.size > 0) timer ??= setInterval(() => notices.poll(), loaded.limits.statePollMs).unref();
  };
  const applyAfter = async (before: Promise<void>, next: LoadedConfig): Promise<void> => {
    await before;
    try {
      await apply(next);
    } catch (error) {
      log.error({ frames: faultFrames(error) }, 'nobody is told of calls that wait');
    }
  };
  return {
    use(next) {
      using = applyAfter(using, next);
    },
    of(approval) {
      try {
        return noticeViews(store.of(approval));
      } catch (error) {
        log.error({ error: String(error) }, 'notices cannot be read');
        return [];
      }
    },
    counts: () => notices.counts(),
    waiting: () => store.waiting(),
    async stop() {
      isStopped = true;
      unlisten();
      clearInterval(timer);
      await notices.stop();
      await using;
      await Promise.all([...made.values()].map((notifier) => notifier.close()));
      await store.close();
    },
  };
}
