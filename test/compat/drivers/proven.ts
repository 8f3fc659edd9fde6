/** What is asked of a driver besides not throwing: the server did the call, and did what it was called for. */

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
