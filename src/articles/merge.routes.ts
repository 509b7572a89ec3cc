// Merging tags and sections over HTTP.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import type { Context } from '../context.ts';
import { Id, referenceTo } from '../core/fields.ts';
import { type Endpoint, endpoint, okReply } from '../http/endpoint.ts';
import { type Merged, type Merger, mergeSection, mergeTag } from './merge.ts';

const Merge = z
  .strictObject({ into: referenceTo('the one that stays').meta({ examples: ['harbour'] }) })
  .meta({ id: 'Merge' });

const MergeResult = z
  .strictObject({ articles: z.number().int().meta({ description: 'How many articles were changed.' }) })
  .meta({ id: 'MergeResult' });

const mergeOf = (
  noun: 'tag' | 'section',
  merge: (ctx: Context, merger: Merger) => Promise<Merged>,
  more: { id: string; description: string },
): Endpoint =>
  endpoint({
    ...more,
    method: 'POST',
    url: `/v1/manage/${noun}s/:id/merge`,
    tag: 'Sections and tags',
    summary: `Merge a ${noun} into another`,
    access: may.manageTaxonomy,
    params: z.strictObject({ id: Id }),
    body: Merge,
    example: { into: 'harbour' },
    ifMatch: 'optional',
    answers: { 200: { description: 'How many articles were changed.', schema: MergeResult } },
    problems: ['not_found', 'reference_unknown'],
    run: (ctx, { params: { id }, body: { into }, ifMatch }) =>
      merge(ctx, { from: id, into, expected: ifMatch }),
    reply: okReply,
  });

export const mergeRoutes = (): Endpoint[] => [
  mergeOf('section', mergeSection, {
    id: 'mergeSection',
    description: 'All its articles move, drafts and those in the trash too; then it is deleted.',
  }),
  mergeOf('tag', mergeTag, {
    id: 'mergeTag',
    description:
      'All its articles get the other tag in its place; one that has both keeps the first. Then it is deleted.',
  }),
];
