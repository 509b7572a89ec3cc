import { test } from 'tap';
import { ROLES } from '../../src/db/schema/columns.ts';
import { play, type Scenario } from '../scenario.ts';
import { testSite } from '../site.ts';
import { NOBODY } from './seed.ts';

const READERS: readonly string[] = ['contributor', 'reporter', 'moderator', 'editor', 'admin'];
const EDITORS: readonly string[] = ['editor', 'admin'];

for (const noun of ['sections', 'tags']) {
  test(`the newsroom reads ${noun} and editors change them, nobody else`, async (t) => {
    const site = await testSite(t);
    const list = `/v1/manage/${noun}`;
    // What those who may are told: that there is no such thing, or that the body lacks its name.
    const routes: [request: string, roles: readonly string[], allowed: number][] = [
      [`GET ${list}`, READERS, 200],
      [`POST ${list}`, EDITORS, 400],
      [`GET ${list}/${NOBODY}`, READERS, 404],
      [`PATCH ${list}/${NOBODY}`, EDITORS, 404],
      [`DELETE ${list}/${NOBODY}`, EDITORS, 404],
    ];
    const rows = routes.flatMap(([request, roles, allowed]): Scenario[] => {
      const body = request.startsWith('P') ? { body: {} } : {};
      return [
        { name: `nobody: ${request}`, request, status: 401, code: 'unauthorized', ...body },
        ...ROLES.map((role) => {
          const status = roles.includes(role) ? allowed : 403;
          return { name: `${role}: ${request}`, as: role, request, status, ...body };
        }),
      ];
    });
    await play(t, site, rows);
  });
}
