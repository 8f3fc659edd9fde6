/** The copy of the keys on disk, bent by somebody who can write there. */
import { chmodSync, copyFileSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LIMITS } from '#limits.ts';
import { inGroup, PASSES } from './attack.ts';
import type { Attack, Row } from './attack.ts';
import { jwkOf, KEYS } from './crafts.ts';
import { ADA, mine, over } from './key-rows.ts';
import type { Scene } from './scene.ts';
import type { Reply } from './wire.ts';

/** What a client sees of a gateway that did not start. */
const NO_START: Reply = { status: 0, headers: new Map(), text: '', json: {}, responses: 1 };
const cacheFile = (scene: Scene, name = 'idp'): string => join(scene.dataDir, 'keys', 'issuers', `${name}.json`);

/** With the issuer gone and the copy on disk bent, the gateway must not start; if it does, it is shown what bent it. */
const onDisk = (name: string, tried: string, bend: (scene: Scene, file: string) => void, kid = 'mine'): Row =>
  over(
    name,
    tried,
    [{ status: 0 }, { kind: 'none', why: 'the gateway does not start (exit code 3)' }],
    async (scene) => {
      const { idp } = scene.issuers;
      await scene.stop();
      idp.mode = 'error';
      bend(scene, cacheFile(scene));
      const fault = await scene.start().then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (fault === undefined) return scene.show(kid === 'mine' ? mine(scene) : scene.craft.idp({}, { kid }));
      if (!fault.includes('no usable keys of issuer')) throw new Error(fault);
      idp.mode = 'ok';
      await scene.start();
      return NO_START;
    },
  );

/** The attacker's key written into the copy, everything else kept. */
function addMine(file: string): void {
  const [text = '', ...rest] = readFileSync(file, 'utf8').split('\n');
  const stored = JSON.parse(text) as { jwks: string };
  const { keys } = JSON.parse(stored.jwks) as { keys: unknown[] };
  const jwks = JSON.stringify({ keys: [...keys, jwkOf(KEYS.attacker, 'mine')] });
  writeFileSync(file, [JSON.stringify({ ...stored, jwks }), ...rest].join('\n'));
}

export const CACHE_ATTACKS: readonly Attack[] = inGroup('the copy of the keys on disk', [
  over(
    'cache-carries-over-outage',
    'a good token after a restart while the issuer is down',
    [PASSES, ADA],
    async (scene) => {
      await scene.stop();
      scene.issuers.idp.mode = 'error';
      await scene.start();
      return scene.show(scene.craft.idp());
    },
  ),
  onDisk('cache-poisoned', 'a key added to the copy by somebody who can write to the disk', (_, file) => addMine(file)),
  onDisk(
    'cache-of-another-issuer',
    'the copy of another issuer in its place',
    (scene, file) => copyFileSync(cacheFile(scene, 'twin'), file),
    'rsa',
  ),
  onDisk('cache-loosened', 'the copy made writable for others', (_, file) => chmodSync(file, 0o666), 'rsa'),
  onDisk(
    'cache-directory-loosened',
    'the directory of the copy made writable for others',
    (_, file) => chmodSync(dirname(file), 0o777),
    'rsa',
  ),
  onDisk(
    'cache-symlink',
    'a symbolic link in the place of the copy',
    (_, file) => {
      renameSync(file, `${file}.moved`);
      symlinkSync(`${file}.moved`, file);
    },
    'rsa',
  ),
  onDisk(
    'cache-stale',
    'a copy older than a day',
    ({ clock }) => clock.set(clock.nowMs() + LIMITS.issuerKeysStaleMs + 1),
    'rsa',
  ),
  onDisk(
    'cache-from-the-future',
    'a copy that says it was made later than now',
    ({ clock }) => clock.set(clock.nowMs() - 2 * LIMITS.tokenClockSkewMs),
    'rsa',
  ),
]);
