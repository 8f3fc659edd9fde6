/** `GET /api/v1/approvals/{id}/story`: what the book says of one approval, each record read again. */
import type { ApiCall, ApiInput, ApiOutcome } from '#api/call.ts';
import type { getApprovalStory } from '#api/contract/approval-story.ts';
import type { ApiParts } from '#api/parts.ts';
import { recordPayloadRead } from '#api/payload-read.ts';
import { indexedThroughText } from '#api/search-events.ts';
import { faultRefusal, troubleRefusal } from '#api/search-trouble.ts';
import { waitIndexed } from '#api/wait-indexed.ts';
import { storyOf, storyRequest } from '#events/approval-story.ts';
import { hasReached } from '#events/wait-for-index.ts';
import { faultFrames } from '#gateway/fault-frames.ts';
import { err, ok } from '#result.ts';

export async function serveApprovalStory(
  call: ApiCall,
  { params: { id }, query: { payloads = false } }: Pick<ApiInput<typeof getApprovalStory>, 'params' | 'query'>,
  parts: ApiParts,
): Promise<ApiOutcome> {
  const sizes = await parts.book.sizes();
  // What was just decided is to be in it. An index that stays behind is said to be so, and is no reason to tell nothing.
  for (const [shard, size] of Object.entries(sizes))
    if (size > 0 && !(await waitIndexed({ shard, n: size - 1 }, call, parts)).ok) break;
  const answer = await parts.searcher.ask('page', storyRequest(id, parts.limits), call.signal);
  if (!answer.ok) return err(troubleRefusal(answer.error));
  if (!answer.value.ok) return err(faultRefusal(answer.value.error));
  const page = answer.value.value;
  if (page.hits.length === 0)
    return err({ code: 'not_found', reason: 'no_story', detail: 'the book knows no such id' });
  if (payloads) {
    const recorded = await recordPayloadRead(call, { approval: id }, parts);
    if (!recorded.ok) return recorded;
  }
  try {
    const isIndexed = hasReached(page.indexedThrough, sizes);
    return ok({
      json: await storyOf(id, page, parts.book, { payloads, isIndexed }),
      headers: { 'x-gatebook-indexed-through': indexedThroughText(page.indexedThrough) },
    });
  } catch (error) {
    parts.log.error({ call: call.id, approval: id, frames: faultFrames(error) }, 'a record of the book does not hold');
    return err({ code: 'record_damaged', reason: 'not_verified' });
  }
}
