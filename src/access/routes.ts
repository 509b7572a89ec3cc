// Keys over HTTP: who am I, and the keys an admin makes, changes, rotates and revokes.
import * as z from 'zod';
import { Id } from '../core/fields.ts';
import type { Cursors } from '../core/page.ts';
import { createdReply, type Endpoint, endpoint, itemReply, noContent, okReply } from '../http/endpoint.ts';
import { may, permissionsOf } from './roles.ts';
import {
  ApiKey,
  ApiKeyChange,
  ApiKeyList,
  ApiKeyQuery,
  IssuedApiKey,
  Me,
  NewApiKey,
  Rotation,
} from './schema.ts';
import * as keys from './service.ts';

const KEYS = '/v1/manage/keys';
const params = z.strictObject({ id: Id });
const tag = 'Keys';

export const accessRoutes = ({ cursors }: { cursors: Cursors }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/manage/me',
    id: 'readMe',
    tag,
    summary: 'Who am I, and what may I do?',
    access: may.readOneself,
    answers: { 200: { description: 'The key that asks.', schema: Me } },
    run: async ({ actor }) => {
      if (actor.kind !== 'key') throw new Error('a route for keys reached without one');
      const { id, name, role, authorId } = actor;
      return { id, name, role, authorId, may: permissionsOf(role) };
    },
    reply: okReply,
  }),
  endpoint({
    method: 'GET',
    url: KEYS,
    id: 'listKeys',
    tag,
    summary: 'List API keys, revoked ones included',
    access: may.manageKeys,
    query: ApiKeyQuery,
    answers: {
      200: { description: 'Keys in the order they were made.', schema: ApiKeyList, headers: ['Link'] },
    },
    problems: ['cursor_invalid'],
    run: (ctx, { query }) => keys.listKeys(ctx, cursors, query),
    reply: okReply,
  }),
  endpoint({
    method: 'POST',
    url: KEYS,
    id: 'createKey',
    tag,
    summary: 'Make an API key',
    description: 'The secret is in this answer and nowhere else: store it now.',
    access: may.manageKeys,
    body: NewApiKey,
    example: { name: 'News desk', role: 'editor' },
    answers: {
      201: { description: 'The key and its secret.', schema: IssuedApiKey, headers: ['Location', 'ETag'] },
    },
    problems: ['reference_unknown', 'instant_past'],
    run: (ctx, { body }) => keys.issueKey(ctx, body),
    reply: ({ secret, ...key }) => ({
      ...createdReply({ ...key, secret }, `${KEYS}/${key.id}`),
      storedBody: key,
    }),
  }),
  endpoint({
    method: 'GET',
    url: `${KEYS}/:id`,
    id: 'readKey',
    tag,
    summary: 'Read an API key',
    access: may.manageKeys,
    params,
    answers: { 200: { description: 'The key, without its secret.', schema: ApiKey, headers: ['ETag'] } },
    problems: ['not_found'],
    run: (ctx, { params: { id } }) => keys.readKey(ctx, id),
    reply: itemReply,
  }),
  endpoint({
    method: 'PATCH',
    url: `${KEYS}/:id`,
    id: 'updateKey',
    tag,
    summary: 'Change an API key',
    access: may.manageKeys,
    params,
    ifMatch: 'optional',
    body: ApiKeyChange,
    example: { name: 'Night desk' },
    answers: { 200: { description: 'The key as it is now.', schema: ApiKey, headers: ['ETag'] } },
    problems: ['not_found', 'last_admin_key', 'reference_unknown', 'instant_past'],
    run: (ctx, { params: { id }, body, ifMatch }) => keys.changeKey(ctx, id, body, ifMatch),
    reply: itemReply,
  }),
  endpoint({
    method: 'DELETE',
    url: `${KEYS}/:id`,
    id: 'revokeKey',
    tag,
    summary: 'Revoke an API key',
    description: 'It opens nothing from the next request on. The key stays in the list and in the audit log.',
    access: may.manageKeys,
    params,
    ifMatch: 'optional',
    answers: { 204: { description: 'Revoked.' } },
    problems: ['not_found', 'last_admin_key'],
    run: (ctx, { params: { id }, ifMatch }) => keys.revokeKey(ctx, id, ifMatch),
    reply: noContent,
  }),
  endpoint({
    method: 'POST',
    url: `${KEYS}/:id/rotate`,
    id: 'rotateKey',
    tag,
    summary: 'Give an API key a new secret',
    access: may.manageKeys,
    params,
    body: Rotation,
    example: { overlapSeconds: 3600 },
    answers: {
      201: {
        description: 'The key and its new secret.',
        schema: IssuedApiKey,
        headers: ['Location', 'ETag'],
      },
    },
    problems: ['not_found'],
    run: (ctx, { params: { id }, body }) => keys.rotateKey(ctx, id, body.overlapSeconds ?? 0),
    reply: ({ secret, ...key }) => ({
      ...createdReply({ ...key, secret }, `${KEYS}/${key.id}`),
      storedBody: key,
    }),
  }),
];
