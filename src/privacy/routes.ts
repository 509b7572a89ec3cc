// Requests about a person: what we keep of them, and that we forget it.
import { may } from '../access/roles.ts';
import { type Endpoint, endpoint, okReply } from '../http/endpoint.ts';
import { PrivacyErased, PrivacyErasure, PrivacyExport, PrivacyExportRequest } from './schema.ts';
import { erasePerson, exportPerson } from './service.ts';

const PRIVACY = '/v1/manage/privacy';
const tag = 'Privacy';
const access = may.answerPrivacyRequests;

export const privacyRoutes = (): Endpoint[] => [
  endpoint({
    method: 'POST',
    url: `${PRIVACY}/export`,
    id: 'exportPerson',
    tag,
    summary: 'Export everything kept of an e-mail',
    description:
      'Comments with what their sender told us, and the author who has this e-mail. A report tells of nobody who made it.',
    access,
    body: PrivacyExportRequest,
    example: { email: 'maria@reader.example' },
    answers: { 200: { description: 'What is kept.', schema: PrivacyExport } },
    run: (ctx, { body }) => exportPerson(ctx, body),
    reply: (kept) => ({ ...okReply(kept), storedBody: { exportedAt: kept.exportedAt } }),
  }),
  endpoint({
    method: 'POST',
    url: `${PRIVACY}/erase`,
    id: 'erasePerson',
    tag,
    summary: 'Forget an e-mail',
    description:
      'Name, web address, e-mail, network and browser of its comments go, with `delete` their texts too; nothing of it stays in stored answers either. On SQLite the bytes are gone from the file when this is answered; what PostgreSQL keeps in its journal and its backups is for its operator.',
    access,
    body: PrivacyErasure,
    example: { email: 'maria@reader.example', mode: 'anonymise' },
    answers: { 200: { description: 'It is forgotten.', schema: PrivacyErased } },
    run: (ctx, { body }) => erasePerson(ctx, body),
    reply: okReply,
  }),
];
