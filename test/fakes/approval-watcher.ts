/** Somebody who watches approvals at a gateway: the events as they come, and how the stream ended. */
import assert from 'node:assert/strict';
import { Approval } from '#api/contract/approval.ts';
import { SseDecoder } from '#mcp/sse.ts';
import { until } from '#test/e2e/until.ts';

export type Told = { readonly id: number; readonly approval: Approval };
export type ApprovalWatcher = {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly told: readonly Told[];
  /** All bytes of it, comments too. */
  received(): string;
  /** Once so many events were told. */
  has(count: number): Promise<readonly Told[]>;
  /** `cut`: in the middle of the answer. */
  readonly over: Promise<'ended' | 'cut'>;
  isOver(): boolean;
  leave(): void;
};

export async function watchApprovals(
  origin: string,
  headers: Readonly<Record<string, string>>,
): Promise<ApprovalWatcher> {
  const leaving = new AbortController();
  const response = await fetch(`${origin}/api/v1/approvals/stream`, { headers, signal: leaving.signal });
  const told: Told[] = [];
  let received = '';
  let isOver = false;
  const decoder = new SseDecoder(1024 * 1024);
  const read = async (): Promise<'ended' | 'cut'> => {
    try {
      for await (const chunk of response.body ?? []) {
        const bytes = Buffer.from(chunk as Uint8Array);
        received += bytes.toString();
        if (response.status !== 200) continue;
        const events = decoder.push(bytes);
        assert.ok(events.ok);
        for (const { event, id, data } of events.value) {
          if (event === undefined) continue;
          assert.equal(event, 'approval');
          told.push({ id: Number(id), approval: Approval.parse(JSON.parse(data.toString())) });
        }
      }
      return 'ended';
    } catch (error) {
      // What an event is not is for the test to know.
      if (error instanceof assert.AssertionError) throw error;
      return 'cut';
    } finally {
      isOver = true;
    }
  };
  const over = read();
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    told,
    received: () => received,
    async has(count) {
      await until(() => told.length >= count);
      return told;
    },
    over,
    isOver: () => isOver,
    leave: () => leaving.abort(),
  };
}
