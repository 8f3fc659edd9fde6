/** What the book says of one approval, in one place. */
import { z } from 'zod';
import { Event } from '#api/contract/event.ts';
import { INDEXED_THROUGH } from '#api/contract/events.ts';
import { booleanParameter, type Operation } from '#api/contract/operation.ts';
import { API_PATHS } from '#api/contract/paths.ts';
import { approvalId } from '#api/contract/approval.ts';
import type { ApprovalStory as CoreStory } from '#events/approval-story.ts';

export const StoryStep = z
  .strictObject({
    ...Event.shape,
    reason: z.string().optional().describe('words of whoever did it, masked; of a refusal why'),
    detail: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]))
      .readonly()
      .optional()
      .describe('facts of the act: approvers, until when, what was voted, for how long'),
  })
  .meta({ id: 'StoryStep', description: 'An Event with what its record says beyond one' });

export const ApprovalStory = z
  .strictObject({
    approval: approvalId,
    steps: z.array(StoryStep).readonly().describe('in the order of the book, each verified against it'),
    whole: z.boolean().describe('false: newer records may not be indexed yet, or there are more than are told'),
  })
  .meta({ id: 'ApprovalStory' });
export type ApprovalStory = z.output<typeof ApprovalStory>;

// The contract and what the gateway makes agree, or this line is an error.
type Fits<A, B> = A extends B ? true : never;
export const STORY_FITS: true = true satisfies Fits<CoreStory, ApprovalStory>;

export const getApprovalStory = {
  id: 'getApprovalStory',
  method: 'GET',
  path: API_PATHS.approvalStory,
  summary: 'The whole story of one request for approval, from the book',
  description: [
    'Everything recorded under its id: what was asked and of whom, who was told, the statement, every vote with its reason, the',
    'calls it was used for and their results. It waits a moment for the index to come as far as the book was. Also of requests',
    'that the state does not have any more. With `payloads=true` also arguments and answers, after a record of who reads them.',
  ].join(' '),
  roles: ['admin', 'auditor'],
  params: z.object({ id: approvalId }),
  query: z.object({ payloads: booleanParameter().optional().describe('default false') }),
  answers: {
    200: { description: 'The story', content: { 'application/json': ApprovalStory }, headers: INDEXED_THROUGH },
  },
  problems: ['invalid_parameter', 'not_found', 'record_damaged', 'search_too_costly', 'search_unavailable'],
} as const satisfies Operation;
