/** What is asked of a driver besides not throwing: the server did the call, and did what it was called for. */

import type { TargetName } from '../feature.ts';

/** A tool that failed is no success of the client that called it. */
export function succeeded<T>(result: T): T {
  const told = result as { readonly isError?: boolean; readonly content?: readonly { readonly text?: string }[] };
  if (told.isError === true) throw new Error(told.content?.[0]?.text ?? 'the tool failed');
  return result;
}

export function heardSome<T>(heard: readonly T[], what: string): readonly T[] {
  if (heard.length === 0) throw new Error(`no ${what} came`);
  return heard;
}

type Report = { readonly progress: number; readonly total?: number | undefined };

/**
 * server-everything sends its last report together with the answer, and clients on the SDK v1 forget who wanted to know of
 * progress as soon as they have read an answer: whether they still tell of the last one hangs on how the two arrive.
 */
export const steadyReports = (reports: readonly Report[], target: TargetName): readonly Report[] =>
  heardSome(target === 'modern' ? reports : reports.filter(({ progress, total }) => progress !== total), 'progress');

const NOTICE_MS_MAX = 4_000;

/** What a server says on its own comes soon or never. */
export async function soon(notice: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no notification came')), NOTICE_MS_MAX);
  });
  try {
    return await Promise.race([notice, late]);
  } finally {
    clearTimeout(timer);
  }
}
