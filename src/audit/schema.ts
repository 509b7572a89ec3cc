// The audit log over HTTP: who did what to which thing, and when. It holds no text and no person's data but the names
// of keys.
import * as z from 'zod';
import { IdOut, Instant, listOf, paging } from '../core/fields.ts';
import { ACTIONS, SUBJECT_KINDS } from '../events/events.ts';

const AuditActor = z
  .strictObject({
    kind: z.enum(['key', 'reader', 'system']).meta({ description: '`system`: the service or its operator.' }),
    id: IdOut.nullable().meta({ description: 'Of the key.' }),
    name: z
      .string()
      .nullable()
      .meta({ description: 'Of the key, as it is called now.', examples: ['News desk'] }),
  })
  .meta({ id: 'AuditActor' });

const AuditSubject = z
  .strictObject({
    kind: z.enum(SUBJECT_KINDS),
    id: z.string().meta({ description: 'The id; of settings, the name of the group.' }),
  })
  .meta({ id: 'AuditSubject' });

export const AuditEntry = z
  .strictObject({
    position: z.number().int().meta({ description: 'In the order in which things happened.' }),
    at: Instant,
    actor: AuditActor,
    action: z.enum(ACTIONS),
    subject: AuditSubject,
    version: z.number().int().nullable().meta({ description: 'The version that the subject had then.' }),
  })
  .meta({ id: 'AuditEntry' });

export const AuditList = listOf('AuditList', AuditEntry);

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

export const AuditQuery = z.strictObject({
  ...paging,
  subject: z
    .string()
    .toLowerCase()
    .regex(
      new RegExp(`^(?:(?:${SUBJECT_KINDS.join('|')}):${UUID}|settings:[a-z]+)$`),
      `must be one of ${SUBJECT_KINDS.join(', ')}, a colon and an id`,
    )
    .optional()
    .meta({
      description: 'What it was done to.',
      examples: ['article:01890a5d-ac96-774b-bcce-b302099a8057'],
    }),
  actor: z
    .string()
    .toLowerCase()
    .regex(
      new RegExp(`^(?:reader|system|key:${UUID})$`),
      'must be reader, system, or key: and the id of a key',
    )
    .optional()
    .meta({ description: 'Who did it.', examples: ['key:01890a5d-ac96-774b-bcce-b302099a8057'] }),
});
export type AuditQuery = z.output<typeof AuditQuery>;
