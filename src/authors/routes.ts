// Authors for the desk.
import * as z from 'zod';
import { may } from '../access/roles.ts';
import { Id } from '../core/fields.ts';
import type { Cursors } from '../core/page.ts';
import { createdReply, type Endpoint, endpoint, itemReply, noContent, okReply } from '../http/endpoint.ts';
import { AuthorChange, ManagedAuthor, ManagedAuthorList, ManagedAuthorQuery, NewAuthor } from './schema.ts';
import * as authors from './service.ts';

const AUTHORS = '/v1/manage/authors';
const params = z.strictObject({ id: Id });
const tag = 'Authors';

export const authorRoutes = ({ cursors }: { cursors: Cursors }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: AUTHORS,
    id: 'listManagedAuthors',
    tag,
    summary: 'List all authors',
    access: may.readAuthors,
    query: ManagedAuthorQuery,
    answers: { 200: { description: 'Authors by name.', schema: ManagedAuthorList, headers: ['Link'] } },
    problems: ['cursor_invalid'],
    run: (ctx, { query }) => authors.listAuthors(ctx, cursors, query),
    reply: okReply,
  }),
  endpoint({
    method: 'POST',
    url: AUTHORS,
    id: 'createAuthor',
    tag,
    summary: 'Create an author',
    access: may.manageAuthors,
    body: NewAuthor,
    example: { name: 'Ada Okafor', email: 'ada@news.example', bio: 'Covers the harbour.' },
    answers: { 201: { description: 'The author.', schema: ManagedAuthor, headers: ['Location', 'ETag'] } },
    problems: ['slug_taken', 'email_taken', 'source_taken'],
    run: (ctx, { body }) => authors.createAuthor(ctx, body),
    reply: (author) => createdReply(author, `${AUTHORS}/${author.id}`),
  }),
  endpoint({
    method: 'GET',
    url: `${AUTHORS}/:id`,
    id: 'readManagedAuthor',
    tag,
    summary: 'Read an author',
    access: may.readAuthors,
    params,
    answers: { 200: { description: 'The author.', schema: ManagedAuthor, headers: ['ETag'] } },
    problems: ['not_found'],
    run: (ctx, { params: { id } }) => authors.readAuthor(ctx, id),
    reply: itemReply,
  }),
  endpoint({
    method: 'PATCH',
    url: `${AUTHORS}/:id`,
    id: 'updateAuthor',
    tag,
    summary: 'Change an author',
    access: may.manageAuthors,
    params,
    ifMatch: 'required',
    body: AuthorChange,
    example: { bio: null, active: false },
    answers: { 200: { description: 'The author as it is now.', schema: ManagedAuthor, headers: ['ETag'] } },
    problems: ['not_found', 'slug_taken', 'email_taken', 'source_taken'],
    run: (ctx, { params: { id }, body, ifMatch }) => authors.changeAuthor(ctx, id, body, ifMatch),
    reply: itemReply,
  }),
  endpoint({
    method: 'DELETE',
    url: `${AUTHORS}/:id`,
    id: 'deleteAuthor',
    tag,
    summary: 'Delete an author whom no article names',
    access: may.manageAuthors,
    params,
    ifMatch: 'required',
    answers: { 204: { description: 'Deleted.' } },
    problems: ['not_found', 'author_in_use'],
    run: (ctx, { params: { id }, ifMatch }) => authors.deleteAuthor(ctx, id, ifMatch),
    reply: noContent,
  }),
];
