// What a caller believes a version to be, held against what it is.
import { test } from 'tap';
import { requireVersion, versionTag } from '../../src/core/version.ts';

test('the version expected, one of several, anything, or nothing said passes', async (t) => {
  for (const expected of [['7'], ['6', '7'], '*', undefined] as const) {
    t.doesNotThrow(() => requireVersion(expected, 7));
  }
});

test('any other version is refused with the current ETag', async (t) => {
  for (const expected of [['6'], ['07'], ['7.0'], [''], []]) {
    const refuse = () => requireVersion(expected, 7);
    t.throws(refuse, { code: 'version_conflict', status: 412, headers: { ETag: '"7"' } });
  }
  t.equal(versionTag(12), '"12"');
});
