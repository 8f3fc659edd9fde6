/** Organisations by the form of company in their name, and fields named so. */
import type { Detector } from '#masking/engine/detector.ts';
import { eachMatch } from '#masking/engine/matches.ts';
import { HAS } from '#masking/engine/text-profile.ts';

const TYPE = 'ORGANIZATION';
const WORD = "[A-ZÀ-ÖØ-Þ0-9][A-Za-zÀ-ÖØ-öø-ÿ0-9'’&.-]{0,24}";
/** Legal forms (ISO 20275 has them all) and kinds of institutions. */
const SUFFIX =
  '(?:Inc|LLC|L\\.L\\.C|Ltd|Limited|Corp|Corporation|Co|Company|LLP|LP|PLC|plc|GmbH|AG|KG|SE|SA|S\\.A|SAS|SARL|SpA|S\\.p\\.A|BV|B\\.V|NV|N\\.V|AB|AS|Oy|Oyj|Pty|Pvt|Holdings|Group|Partners|Associates|Industries|Enterprises|Technologies|Solutions|Ventures|Labs|Bank|Insurance|University|Hospital|Foundation)';
const GATE = new RegExp(`[ ](?:${SUFFIX})|(?:University|Bank|College|Institute) of`);
const COMPANY = new RegExp(
  `(?<![\\w.-])${WORD}(?:[ ](?:(?:&|and|of)[ ])?${WORD}){0,3},?[ ]${SUFFIX}(?![\\w-])(?:\\.(?=\\s[a-z]|[,;)]))?`,
  'g',
);
const UNIVERSITY =
  /(?<!\w)(?:University|Bank|College|Institute)[ ]of[ ](?:the[ ])?[A-Z][a-z]{2,20}(?:[ ][A-Z][a-z]{2,20})?/g;
const START_WORDS =
  /^(?:The|A|An|At|In|From|To|For|By|With|Our|Your|My|And|Or|If|When|Is|We|He|She|They|It|This|That|Please|Contact|Dear|Hi)[ ]/;
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
    if ((scan.profile.mask & HAS.space) === 0 || scan.profile.capitals === 0 || !GATE.test(text)) return;
    for (const pattern of [COMPANY, UNIVERSITY]) {
      eachMatch(pattern, text, (match) => {
        let [name] = match;
        let start = match.index;
        const lead = START_WORDS.exec(name)?.[0].length ?? 0;
        name = name.slice(lead);
        start += lead;
        if (
          !name.includes(' ') ||
          COMMON.test(name) ||
          /(?:Working|Interest|Slack|User|Named) Group$/.test(name) ||
          !/[a-zß-ÿ]/.test(name)
        )
          return false;
        scan.propose({ start, end: start + name.length, type: TYPE, rule: 'organization', base: 0.65, isImmune: true });
        return true;
      });
    }
  },
};
