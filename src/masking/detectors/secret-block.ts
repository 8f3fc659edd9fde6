/** Secrets with a form of their own: PEM keys (RFC 7468), JSON Web Tokens (RFC 7519), URLs and connection strings with a password in them. */
import { looksMadeUp } from '#masking/detectors/made-up.ts';
import { isWordChar, type Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import type { Scan } from '#masking/engine/scan.ts';
import { HAS } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

const TYPE = 'SECRET';
const PEM_BEGIN = /-----BEGIN ([A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?)-----/g;
const JWT = /(?<![\w-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{4,16384}(?:\.[A-Za-z0-9_-]{1,4096}){0,3}/g;
const SCHEME_CHARS_MAX = 24;
/** What may stand between `://` and the host's end. */
const USERINFO = /[^\s:/?#@"'<>]{0,128}:([^\s@"'<>]{1,256})@[^\s"'<>,;)\]}]{1,512}/y;
/** `Server=…;Password=…;`: ODBC, ADO.NET, Azure. */
const CONNECTION_SECRET =
  /(?<![A-Za-z])(?:Password|Pwd|AccountKey|SharedAccessKey|SharedSecretValue)=([^;\n"'\s]{3,300})/gi;
const CONNECTION_PART =
  /(?<![A-Za-z])(?:Data Source|Server|Host|Endpoint|DefaultEndpointsProtocol|AccountName|User ID|Uid|Username|Driver|Provider|Database|Initial Catalog)=/i;
const NEXT_PART = new RegExp(CONNECTION_PART, 'gi');
const LINE_END = /[\n"']/g;
const CONNECTION_CHARS_MAX = 512;
const AUTHORIZATION = /\b(?:Bearer|Basic|Token)[ ]+([A-Za-z0-9+/=._~-]{16,4096})/g;
const BASIC_LEAD = /(?:authorization|auth)["']?\s{0,2}[:=]\s{0,2}["']?$/i;

const trimmed = (text: string): number => {
  let end = text.length;
  while (end > 0 && '.,;:!?'.includes(text[end - 1] ?? ' ')) end--;
  return end;
};

export const pemKey: Detector = {
  types: [TYPE],
  needs: HAS.dash,
  runMin: 5,
  find(scan) {
    const { text } = scan;
    if (!text.includes('-----BEGIN')) return;
    let floor = 0;
    eachMatch(PEM_BEGIN, text, (match) => {
      const start = match.index;
      if (start < floor) return true;
      const close = text.indexOf('-----END ', start);
      const closed = close < 0 ? -1 : text.indexOf('-----', close + 9);
      const end = closed >= 0 && closed - close < 80 ? closed + 5 : bodyEnd(text, start + match[0].length);
      floor = end;
      scan.propose({
        start,
        end,
        type: TYPE,
        rule: 'private-key',
        base: 1,
        isValidated: true,
        because: 'RFC 7468',
        isImmune: true,
      });
      return true;
    });
  },
};

const BODY_CHAR = /[A-Za-z0-9+/=\s:,.\\-]/;
const IS_BODY = Uint8Array.from({ length: 128 }, (_, code) => (BODY_CHAR.test(String.fromCharCode(code)) ? 1 : 0));

/** A key cut off by whoever logged it goes as far as its characters do. */
function bodyEnd(text: string, start: number): number {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code < 128 ? IS_BODY[code] !== 1 : !BODY_CHAR.test(text[end] ?? '"')) break;
  }
  return end;
}

/** Tokens that begin like nothing, known by a part in their middle or at their end. */
const BARE_TOKENS: readonly (readonly [gate: string, rule: string, pattern: RegExp])[] = [
  ['.', 'discord-bot-token', /(?<![\w.-])[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}(?![\w-])/g],
  [':AA', 'telegram-bot-token', /(?<![^\W_])[0-9]{8,10}:AA[A-Za-z0-9_-]{32,33}(?![\w-])/g],
  ['-us', 'mailchimp-key', /(?<![^\W_])[a-f0-9]{32}-us[0-9]{1,2}(?![^\W_])/g],
];

export const bareToken: Detector = {
  types: [TYPE],
  needs: HAS.digit,
  runMin: 35,
  find(scan) {
    for (const [gate, rule, pattern] of BARE_TOKENS) {
      if (!scan.text.includes(gate)) continue;
      eachMatch(pattern, scan.text, ({ 0: token, index: start }) => {
        scan.propose({
          start,
          end: start + token.length,
          type: TYPE,
          rule,
          base: 0.9,
          isValidated: true,
          isImmune: true,
        });
        return true;
      });
    }
  },
};

export const jsonWebToken: Detector = {
  types: [TYPE],
  needs: HAS.dot,
  runMin: 20,
  find(scan) {
    if (!scan.text.includes('eyJ')) return;
    eachMatch(JWT, scan.text, ({ 0: token, index: start }) => {
      scan.propose({
        start,
        end: start + token.length,
        type: TYPE,
        rule: 'json-web-token',
        base: 0.95,
        isValidated: true,
        because: 'RFC 7519',
        isImmune: true,
      });
      return true;
    });
  },
};

function findCredentialUrls(scan: Scan): void {
  const { text } = scan;
  for (let at = text.indexOf('://'); at >= 0;) {
    const next = text.indexOf('://', at + 3);
    let start = at;
    while (start > 0 && at - start < SCHEME_CHARS_MAX && /[A-Za-z0-9+.-]/.test(text[start - 1] ?? ' ')) start--;
    USERINFO.lastIndex = 0;
    // another URL behind it is not looked into, so that each character is read once
    const rest = text.slice(at + 3, next < 0 ? at + 900 : Math.min(next, at + 900));
    const match = USERINFO.exec(rest);
    const password = match?.[1] ?? '';
    const isStandIn = looksMadeUp(password) && !/^(?:password|secret)$/i.test(password);
    if (match !== null && start < at && !isStandIn) {
      scan.propose({
        start,
        end: at + 3 + trimmed(match[0]),
        type: TYPE,
        rule: 'url-with-credentials',
        base: 0.95,
        isValidated: true,
        because: 'RFC 3986 userinfo',
        isImmune: true,
      });
    }
    at = next;
  }
}

/** Where a pattern is found next, from places that only go forward: each character is searched once. */
function nextMatches(pattern: RegExp, text: string): (from: number) => RegExpExecArray | undefined {
  let found: RegExpExecArray | null | undefined;
  return (from) => {
    if (found !== null && (found === undefined || found.index < from)) {
      pattern.lastIndex = from;
      found = pattern.exec(text);
    }
    return found ?? undefined;
  };
}

function findConnectionStrings(scan: Scan): void {
  const { text } = scan;
  const partFrom = nextMatches(NEXT_PART, text);
  const lineEndFrom = nextMatches(LINE_END, text);
  let floor = 0;
  eachMatch(CONNECTION_SECRET, text, (match) => {
    if (match.index < floor) return true;
    const from = Math.max(floor, match.index - CONNECTION_CHARS_MAX);
    const lead = text.slice(from, match.index);
    const line = lead.slice(Math.max(lead.lastIndexOf('\n'), lead.lastIndexOf('"'), lead.lastIndexOf("'")) + 1);
    const first = CONNECTION_PART.exec(line);
    const valueEnd = match.index + match[0].length;
    const restEnd = Math.min(valueEnd + CONNECTION_CHARS_MAX, lineEndFrom(valueEnd)?.index ?? text.length);
    const isPartBehind = (): boolean => {
      const part = partFrom(valueEnd);
      return part !== undefined && part.index + part[0].length <= restEnd;
    };
    if (looksMadeUp(match[1] ?? '') || (first === null && !isPartBehind())) {
      // nothing of a connection stands around it, so the next one need not look here again
      floor = valueEnd;
      return true;
    }
    const parts =
      /^(?:;[ ]?[A-Za-z][A-Za-z ]{1,39}=[^;\n"']{0,200})*;?/.exec(text.slice(valueEnd, restEnd))?.[0].length ?? 0;
    const start = first === null ? match.index : match.index - line.length + first.index;
    floor = valueEnd + parts;
    scan.propose({
      start,
      end: floor,
      type: TYPE,
      rule: 'connection-string',
      base: 0.95,
      isValidated: true,
      isImmune: true,
    });
    return true;
  });
}

export const connectionString: Detector = {
  types: [TYPE],
  needs: 0,
  runMin: 4,
  find(scan) {
    const { mask } = scan.profile;
    if ((mask & HAS.at) !== 0 && scan.text.includes('://')) findCredentialUrls(scan);
    if ((mask & HAS.equals) !== 0) findConnectionStrings(scan);
  },
};

/** RFC 6750 and RFC 7617: what follows the name of the scheme. */
export const authorization: Detector = {
  types: [TYPE],
  needs: HAS.space,
  runMin: 16,
  find(scan) {
    const { text } = scan;
    if ((scan.mentions & MENTIONS.authorization) === 0) return;
    eachMatch(AUTHORIZATION, text, (match) => {
      const [whole, value = ''] = match;
      const start = match.index + whole.length - value.length;
      const isHeader = BASIC_LEAD.test(text.slice(Math.max(0, match.index - 24), match.index));
      const hasVariety = /\d/.test(value) && /[A-Za-z]/.test(value);
      if ((!isHeader && !hasVariety) || looksMadeUp(value) || isWordChar(text, match.index + whole.length))
        return false;
      scan.propose({
        start,
        end: start + trimmed(value),
        type: TYPE,
        rule: 'authorization',
        base: isHeader ? 0.9 : 0.7,
        isImmune: true,
      });
      return true;
    });
  },
};
