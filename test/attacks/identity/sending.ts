/** Rows of what is sent with a good token in the wrong place or form. */
import { NO_TOKEN, stranger } from './attack.ts';
import type { RecordExpected, Row, WireExpected } from './attack.ts';
import type { RequestParts } from './request-text.ts';
import type { Scene } from './scene.ts';

export type Line = readonly [name: string, value: string];
export type Sending = (good: string, scene: Scene) => readonly (string | Buffer)[];

/** Everything here is sent with a good token, in the wrong place or form. */
export const sent = (name: string, tried: string, wire: WireExpected, record: RecordExpected, send: Sending): Row => ({
  name,
  tried,
  wire,
  record,
  launch(scene) {
    const good = scene.craft.idp();
    scene.keepSecret(good, ...good.split('.').slice(1));
    return scene.send(...send(good, scene));
  },
});
export const request = (
  name: string,
  tried: string,
  reason: string,
  parts: (good: string, scene: Scene) => RequestParts,
  wire: WireExpected = NO_TOKEN,
): Row => sent(name, tried, wire, stranger(reason), (good, scene) => [scene.request(parts(good, scene))]);

export const withLines = (
  name: string,
  tried: string,
  reason: string,
  lines: (good: string) => readonly Line[],
  wire = NO_TOKEN,
): Row => request(name, tried, reason, (good) => ({ more: lines(good) }), wire);
export const authorization = (
  name: string,
  tried: string,
  reason: string,
  value: (good: string) => string,
  wire = NO_TOKEN,
): Row => withLines(name, tried, reason, (good) => [['Authorization', value(good)]], wire);
