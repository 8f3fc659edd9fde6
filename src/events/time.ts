/** Times as a person gives them: RFC 3339, or how long ago. The clock comes in as an argument. */

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/** Unix ms (finer digits are cut), or undefined when it is no time: RFC 3339 section 5.6, calendar checked, leap second 60 read as 59.999. */
export function parseTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction, zone] = RFC_3339.exec(text) ?? [];
  if (year === undefined || zone === undefined) return undefined;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) || h > 23 || mi > 59 || s > 60) return undefined;
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  const ms = s === 60 ? 59_999 : s * 1_000 + Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const start = new Date(0);
  start.setUTCFullYear(y, mo - 1, d);
  return start.getTime() + (h * 60 + mi - offset) * 60_000 + ms;
}

const daysIn = (year: number, month: number): number => {
  const next = new Date(0);
  next.setUTCFullYear(year, month, 0);
  return next.getUTCDate();
};

function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** RFC 3339, or `30s` `15m` `2h` `7d` `4w` before `nowMs`. */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return parseTime(text);
  return nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
}

export const MOMENT_FORMS = 'a time as in 2026-11-23T04:00:00Z (RFC 3339), or how long ago: 30s 15m 2h 7d 4w';
