/** Organisations by the form of company in their name, and fields named so. */
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS, NEXT_TO } from '#masking/engine/text-profile.ts';
import { MENTIONS } from '#masking/words/mention-words.ts';

const TYPE = 'ORGANIZATION';
/** Legal forms (ISO 20275 has them all) and kinds of institutions. */
const SUFFIX =
  '(?:Inc|LLC|L\\.L\\.C|Ltd|Limited|Corp|Corporation|Co|Company|LLP|LP|PLC|plc|GmbH|AG|KG|SE|SA|S\\.A|SAS|SARL|SpA|S\\.p\\.A|BV|B\\.V|NV|N\\.V|AB|AS|Oy|Oyj|Pty|Pvt|Holdings|Group|Partners|Associates|Industries|Enterprises|Technologies|Solutions|Ventures|Labs|Bank|Insurance|University|Hospital|Foundation|GbR|KGaA|OHG|eG|Stiftung|and Sons|& Sons)';
const FORM = new RegExp(`,?[ ]${SUFFIX}(?![\\w-])(?:\\.(?=\\s[a-z]|[,;)]))?`, 'g');
const NAME_WORDS_MAX = 4;
const LEAD_CHARS = 110;
const NAME_WORD = /^[A-ZÀ-ÖØ-Þ0-9][A-Za-zÀ-ÖØ-öø-ÿ0-9'’&.-]{0,24}$/;
const CONNECTOR = /^(?:&|and|of)$/;

/** Where the capitalised words before a legal form begin; `end` itself when there is none. */
function nameStart(text: string, end: number): number {
  const lead = text.slice(Math.max(0, end - LEAD_CHARS), end);
  let start = end;
  let at = lead.length;
  for (let words = 0; words < NAME_WORDS_MAX && at > 0;) {
    const space = Math.max(lead.lastIndexOf(' ', at - 1), lead.lastIndexOf('\n', at - 1));
    const raw = lead.slice(space + 1, at);
    const opening = /^["'([*]+/.exec(raw)?.[0].length ?? 0;
    const word = raw.slice(opening);
    if (NAME_WORD.test(word)) {
      start = end - lead.length + space + 1 + opening;
      words++;
    } else if (!CONNECTOR.test(word) || start === end) break;
    if (opening > 0 || lead[space] === '\n') break;
    at = space;
  }
  return start;
}

const UNIVERSITY =
  /(?<!\w)(?:University|Bank|College|Institute)[ ]of[ ](?:the[ ])?[A-Z][a-z]{2,20}(?:[ ][A-Z][a-z]{2,20})?/g;
const START_WORDS =
  /^(?:The|A|An|At|In|From|To|For|By|With|Our|Your|My|And|Or|If|When|Is|We|He|She|They|It|This|That|Please|Contact|Dear|Hi)[ ]/;
const GROUP = /(?:Working|Interest|Slack|User|Named) Group$/;
/** Words that are only a kind: `Working Group`, `Target Group`, `Support Group`. */
const COMMON =
  /^(?:The |A |Your |Our )?(?:Working|Security|User|Resource|Target|Support|Focus|Age|Control|Test|Default|Auto Scaling|Log|Subnet|Parameter|Placement|Consumer|Process|Blood|West|East|Food|Memory|Power|Data|Parent|Holding|Insurance|Limited|Private|Public|Same|Other|New|Old|General|Local|Central|Teaching|National|State|Health|Life|Car|Auto) (?:Group|Co|Company|Bank|Solutions|Partners|Labs|SE|AS|University|Hospital|Insurance|Foundation|Limited)$/;

export const organization: Detector = {
  types: ['ORGANIZATION'],
  needs: HAS.upper,
  find(scan) {
    const { text } = scan;
    if (scan.isKeyed(TYPE)) {
      const value = text.trim();
      const isName =
        value.length >= 2 && value.length <= 120 && /[A-ZÀ-Þ]/.test(value) && !/[@<>{}]|:\/\/|_/.test(value);
      if (isName && !/^(?:N\/?A|None|Unknown|Other|Default|Organization|User|Personal|TRUE|FALSE)$/i.test(value)) {
        const start = text.indexOf(value);
        scan.propose({ start, end: start + value.length, type: TYPE, rule: 'organization-field', base: 0.4 });
      }
      return;
    }
    const { mask, pairs } = scan.profile;
    if ((mask & HAS.space) === 0 || (pairs & NEXT_TO.capitalised) === 0) return;
    // every form but one begins with a capital
    if ((pairs & NEXT_TO.spaceCapital) === 0 && !text.includes(' plc')) return;
    const propose = (from: number, end: number): boolean => {
      const lead = START_WORDS.exec(text.slice(from, end))?.[0].length ?? 0;
      const start = from + lead;
      const name = text.slice(start, end);
      if (!name.includes(' ') || COMMON.test(name) || GROUP.test(name) || !/[a-zß-ÿ]/.test(name)) return false;
      scan.propose({ start, end, type: TYPE, rule: 'organization', base: 0.65, isImmune: true });
      return true;
    };
    if ((scan.mentions & MENTIONS.company) !== 0)
      eachMatch(FORM, text, ({ 0: form, index }) => {
        const start = nameStart(text, index);
        return start < index && propose(start, index + form.length);
      });
    if (text.includes(' of ')) eachMatch(UNIVERSITY, text, ({ 0: name, index }) => propose(index, index + name.length));
  },
};
