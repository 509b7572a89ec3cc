// The audit log for admins: the log of events, seen by people. It is read only; nobody can change what happened.
import { may } from '../access/roles.ts';
import { findKeyNames } from '../access/store.ts';
import { toInstant } from '../core/clock.ts';
import { type Cursors, mapPage, readPage } from '../core/page.ts';
import { type Endpoint, endpoint, okReply } from '../http/endpoint.ts';
import { AuditList, AuditQuery } from './schema.ts';
import { countEvents, type EventRow, listEvents } from './store.ts';

const keyIdOf = ({ actor }: EventRow): string | null => actor.split(':')[1] ?? null;

/** `names`: of keys, by id. */
const entryView = (row: EventRow, names: ReadonlyMap<string, string>) => {
  const [actorKind] = row.actor.split(':');
  const [kind, id] = row.subject.split(':');
  const keyId = keyIdOf(row);
  return {
    position: row.position,
    at: toInstant(row.at),
    actor: { kind: actorKind, id: keyId, name: names.get(keyId ?? '') ?? null },
    action: row.action,
    subject: { kind, id },
    version: row.version,
  };
};

export const auditRoutes = ({ cursors }: { cursors: Cursors }): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/manage/audit',
    id: 'listAuditEntries',
    tag: 'Audit',
    summary: 'List what happened',
    description: 'Every change, newest first: who made it, when, and to what.',
    access: may.readAudit,
    query: AuditQuery,
    answers: { 200: { description: 'A page of the log.', schema: AuditList, headers: ['Link'] } },
    problems: ['cursor_invalid'],
    run: async ({ read: db }, { query: { subject, actor, ...page } }) => {
      const filters = { subject, actor };
      const events = await readPage(cursors, page, {
        name: 'manage/audit',
        filters,
        rows: (from, count) => listEvents(db, filters, from, count),
        positionOf: ({ position }) => ({ key: position, id: '' }),
        count: (most) => countEvents(db, filters, most),
      });
      const keyIds = events.items.map(keyIdOf).filter((id) => id !== null);
      const names = await findKeyNames(db, keyIds);
      return mapPage(events, (row) => entryView(row, names));
    },
    reply: okReply,
  }),
];
