// The one table of roles, walked for every endpoint there is: who is let in, and who is not.
import { test } from 'tap';
import { isEditor, may, permissionsOf } from '../../src/access/roles.ts';
import { newToken } from '../../src/access/token.ts';
import { endpointsOf } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { ROLES, type Role } from '../../src/db/schema/columns.ts';
import { isManagement } from '../../src/http/endpoint.ts';
import { testSite } from '../site.ts';

const endpoints = endpointsOf({ config: readConfig({}), secret: '', ready: async () => undefined });
const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';

test('every endpoint lets in whom the table names, and nobody else', async (t) => {
  // Every bad key comes from one address.
  const site = await testSite(t, { RATE_LIMIT: 'off' });
  for (const { method, url, access, body } of endpoints) {
    // What is asked for does not exist, and what is sent is empty: whoever is let in fails later, and changes nothing.
    const target = url.replace(/:\w+/g, NOBODY);
    const ask = async (as: string | undefined) =>
      (await site.ask(method, target, { as, ...(body === undefined ? {} : { body: {} }) })).status;
    const isOpen = (status: number) => status !== 401 && status !== 403;
    const wanted = (role: Role) => access === 'anyone' || access.includes(role);

    for (const role of ROLES) {
      const status = await ask(role);
      if (wanted(role)) t.ok(isOpen(status), `${method} ${url} is open to ${role}: ${status}`);
      else t.equal(status, 403, `${method} ${url} is closed to ${role}`);
    }
    const nobody = await ask(undefined);
    if (access === 'anyone') t.ok(isOpen(nobody), `${method} ${url} is open to anyone: ${nobody}`);
    else t.equal(nobody, 401, `${method} ${url} is closed to nobody`);
    const badKey = await ask(newToken());
    if (access === 'anyone' && method === 'GET') t.equal(badKey, nobody, `${method} ${url} ignores keys`);
    else t.equal(badKey, 401, `${method} ${url} is closed to a bad key`);
  }
});

test('what is managed needs a key, and what is public needs none', async (t) => {
  for (const { method, url, access } of endpoints)
    t.equal(access === 'anyone', !isManagement(url), `${method} ${url}`);
});

test('the table says what README and the API say', async (t) => {
  t.same(permissionsOf('site'), ['readOneself']);
  t.same(permissionsOf('contributor'), [
    'readOneself',
    'readArticles',
    'writeArticles',
    'readHistory',
    'readAuthors',
    'readTaxonomy',
    'readLists',
  ]);
  t.same(permissionsOf('reporter'), [
    'readOneself',
    'readArticles',
    'writeArticles',
    'readHistory',
    'publishArticles',
    'readAuthors',
    'readTaxonomy',
    'readLists',
  ]);
  t.same(permissionsOf('moderator'), [
    'readOneself',
    'readArticles',
    'readAuthors',
    'readTaxonomy',
    'readLists',
    'moderateComments',
  ]);
  t.same(permissionsOf('admin'), Object.keys(may));
  t.same(
    Object.keys(may).filter((permission) => !permissionsOf('editor').some((own) => own === permission)),
    ['manageKeys', 'readAudit', 'answerPrivacyRequests'],
  );
  t.same(ROLES.filter(isEditor), ['editor', 'admin']);
});
