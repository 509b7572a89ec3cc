// Lists for the desk.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import { Id } from '../core/fields.ts';
import type { Cursors } from '../core/page.ts';
import { createdReply, type Endpoint, endpoint, itemReply, noContent, okReply } from '../http/endpoint.ts';
import { ListChange, ManagedList, ManagedListList, ManagedListQuery, NewList } from './schema.ts';
import * as lists from './service.ts';

const LISTS = '/v1/manage/lists';
const params = z.strictObject({ id: Id });
const tag = 'Lists';

export const listRoutes = ({ cursors }: { cursors: Cursors }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: LISTS,
    id: 'listManagedLists',
    tag,
    summary: 'List all lists',
    description: 'By name, without their articles.',
    access: may.readLists,
    query: ManagedListQuery,
    answers: { 200: { description: 'Lists by name.', schema: ManagedListList, headers: ['Link'] } },
    problems: ['cursor_invalid'],
    run: (ctx, { query }) => lists.listLists(ctx, cursors, query),
    reply: okReply,
  }),
  endpoint({
    method: 'POST',
    url: LISTS,
    id: 'createList',
    tag,
    summary: 'Create a list',
    description: 'Articles that are not public yet appear in their place when they are.',
    access: may.manageLists,
    body: NewList,
    example: { name: 'Front page', items: ['harbour-bridge-reopens', 'storm-warning'] },
    answers: { 201: { description: 'The list.', schema: ManagedList, headers: ['Location', 'ETag'] } },
    problems: ['slug_taken', 'reference_unknown'],
    run: (ctx, { body }) => lists.createList(ctx, body),
    reply: (list) => createdReply(list, `${LISTS}/${list.id}`),
  }),
  endpoint({
    method: 'GET',
    url: `${LISTS}/:id`,
    id: 'readManagedList',
    tag,
    summary: 'Read a list and what stands in it',
    description: 'With its articles, public or not, as far as the key may see them.',
    access: may.readLists,
    params,
    answers: { 200: { description: 'The list.', schema: ManagedList, headers: ['ETag'] } },
    problems: ['not_found'],
    run: (ctx, { params: { id } }) => lists.readList(ctx, id),
    reply: itemReply,
  }),
  endpoint({
    method: 'PATCH',
    url: `${LISTS}/:id`,
    id: 'updateList',
    tag,
    summary: 'Change a list',
    description: '`items` replaces the order as a whole; left out, it stays as it is.',
    access: may.manageLists,
    params,
    ifMatch: 'optional',
    body: ListChange,
    example: { items: ['storm-warning', 'harbour-bridge-reopens'] },
    answers: { 200: { description: 'The list as it is now.', schema: ManagedList, headers: ['ETag'] } },
    problems: ['not_found', 'slug_taken', 'reference_unknown'],
    run: (ctx, { params: { id }, body, ifMatch }) => lists.changeList(ctx, id, body, ifMatch),
    reply: itemReply,
  }),
  endpoint({
    method: 'DELETE',
    url: `${LISTS}/:id`,
    id: 'deleteList',
    tag,
    summary: 'Delete a list',
    description: 'Its articles stay where they are.',
    access: may.manageLists,
    params,
    ifMatch: 'optional',
    answers: { 204: { description: 'Deleted.' } },
    problems: ['not_found'],
    run: (ctx, { params: { id }, ifMatch }) => lists.deleteList(ctx, id, ifMatch),
    reply: noContent,
  }),
];
