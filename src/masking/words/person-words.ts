/** Words around names of people, as data. Lower case unless said otherwise. */
import { wordSet } from '#masking/words/word-set.ts';

/** Before a name, with or without a dot. */
export const HONORIFICS =
  'Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Dame|Rev|Reverend|Fr|Father|Sgt|Capt|Captain|Lt|Col|Judge|Senator|Herr|Frau|Señor|Señora|Sr|Sra|Monsieur|Madame|Mme|Nurse|Officer|Detective|Coach|Uncle|Aunt';

/** Between the parts of a family name. */
export const PARTICLES = 'de|del|della|der|den|di|da|dos|das|do|du|la|le|van|von|zu|bin|ibn|al|el|ter|ten|y';

/** Right before one capitalised word or more they say that a person follows. */
export const BEFORE_NAMES: ReadonlySet<string> = wordSet(
  'hi hello hey dear thanks regards sincerely cheers best name named called by contact ask tell told meet met with from for to and client customer patient employee user manager attn attention cc signed ' +
    'colleague friend wife husband son daughter brother sister mother father partner spouse interviewed interview assigned reviewer author engineer nurse doctor attorney witness tenant agent ' +
    'invited emailed called call reach message spoke remind reminded helped approved since when if while because that after before did does has is was am mrs ' +
    "it's i'm " +
    'candidate applicant passenger guest beneficiary resident insured member driver owner recipient sender technician supervisor representative caller reporter assignee',
);

/** Right after a capitalised word they say that it is somebody. */
export const AFTER_NAMES: ReadonlySet<string> = wordSet(
  'said says told asked asks called calls wrote writes replied replies reported reports confirmed confirms requested requests approved approves joined joins left lives lived works worked moved needs wants wanted ' +
    'will would can could should has had is was and mentioned explained agreed thinks thought sent received submitted emailed scheduled visited signed booked paid ordered complained noted went came made got took gave ' +
    'prefers preferred likes owes met suffers presented stated forgot updated bought applied hasn',
);

/** Capitalised words that begin sentences or name things, never people. */
export const NOT_NAMES: ReadonlySet<string> = wordSet(
  'the a an this that these those there here it its he she we they you i my our your his her their who what when where why how which if in on at by for from to of with and or but not no yes please thanks thank hi hello hey dear ' +
    'monday tuesday wednesday thursday friday saturday sunday january february march april june july september october november december today tomorrow yesterday ' +
    'mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec am pm utc gmt est pst ' +
    'north south east west northern southern eastern western new old great united states kingdom america european union street avenue road drive lane boulevard court place city county state country university college school hospital bank ' +
    'inc llc ltd corp gmbh company group team department office support sales marketing engineering finance legal hr security operations product design customer service client user admin system server database api ' +
    'error warning info debug failed success note summary description subject message update updated request response status report project task issue ticket order invoice payment account number name email phone address date time ' +
    'senior junior lead chief officer manager director president vice engineer developer analyst consultant assistant associate executive head principal staff intern architect specialist coordinator administrator representative ' +
    'google microsoft amazon apple facebook github gitlab slack jira docker kubernetes linux windows python java javascript typescript node react angular mysql postgres postgresql mongodb redis kafka jenkins terraform ansible azure aws gcp oracle salesforce zendesk hubspot stripe okta auth ' +
    'english french german spanish italian chinese japanese korean russian american british canadian australian indian african asian european ' +
    'could would should can will may might must shall do does did is are was were be been being have has had get got let make made take see set run add use call send go come know think look find give tell work try ask need feel become leave put mean keep begin show ' +
    'best kind regards sincerely cheers all any some each every both few more most other such only own same so than too very just also now then once after before during between about against through ' +
    'good morning afternoon evening night day week month year first second third last next previous internet web cloud data machine learning deep model open source red hat ruby rails spring boot apache tomcat nginx ' +
    'patient passport license security social driver insurance health care medical records record policy claim claims card credit debit visa mastercard express discover bitcoin wallet iban routing checking savings transaction balance total amount ' +
    'read write list create delete merge branch commit pull push release version build deploy deployment pipeline test tests staging production feature fix bug hotfix main master develop high low medium critical urgent pending active inactive closed resolved approved rejected ' +
    'hospital clinic center centre park hotel airport station museum library restaurant cafe store shop market river lake mountain island bay beach valley ' +
    'contact caller employee applicant tenant landlord buyer seller vendor supplier member guest driver agent nurse doctor attorney judge born birth married single signed attached invoice receipt re fwd fw cc bcc attn sent reminder meeting notes agenda minutes action item items internal external global local regional central federal national annual quarterly monthly weekly daily primary secondary audit board council committee staff ' +
    'tier level phase step stage section chapter figure table page form room floor building unit suite box rack zone area region site block line platform network desk center wave premium standard basic gold silver platinum pro plus max mini ultra',
);

/** Who stands after these is somebody, also of a name that no gazetteer has. */
export const SURELY_BEFORE: ReadonlySet<string> = wordSet(
  "dear hi hello hey attn contact named regards sincerely cheers it's i'm met told spoke mrs mr patient witness tenant employee",
);
export const SURELY_AFTER: ReadonlySet<string> = wordSet(
  'said says told asked called wrote writes replied confirmed requested reported stated signed emailed mentioned complained explained phoned',
);
