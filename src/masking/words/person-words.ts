/** Words around names of people, as data. Lower case unless said otherwise. */
import { wordSet } from '#masking/words/word-set.ts';

/** Before a name, with or without a dot. */
export const HONORIFICS =
  'Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Dame|Rev|Reverend|Fr|Father|Sgt|Capt|Captain|Lt|Col|Judge|Senator|Herr|Frau|Señor|Señora|señor|señora|doña|Sr|Sra|Monsieur|Madame|Mme|Mlle|Signor|Signora|Sig|Dott|Dhr|Mevrouw|Mevr|Shri|Smt|Nurse|Officer|Detective|Coach|Uncle|Aunt';

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
    'mail tel mobile role city position salary nationality america americas africa asia europe oceania ' +
    'tier level phase step stage section chapter figure table page form room floor building unit suite box rack zone area region site block line platform network desk center wave premium standard basic gold silver platinum pro plus max mini ultra',
);

/** Who stands after these is somebody, also of a name that no gazetteer has. */
export const SURELY_BEFORE: ReadonlySet<string> = wordSet(
  "dear hi hello hey attn contact named regards sincerely cheers it's i'm met told spoke mrs mr patient witness tenant employee passenger husband wife daughter nephew niece uncle aunt cousin coworker neighbour neighbor roommate",
);
export const SURELY_AFTER: ReadonlySet<string> = wordSet(
  'said says told asked called wrote writes replied confirmed requested reported stated signed emailed mentioned complained explained phoned lives lived agreed thinks thought forgot married retired resigned insisted apologised apologized arrived',
);

/** What somebody is to somebody, who is then named: `my husband Aatos`. */
export const RELATIONS =
  'husband|wife|son|daughter|brother|sister|mother|father|mum|mom|dad|grandmother|grandfather|grandson|granddaughter|uncle|aunt|cousin|nephew|niece|fianc[eé]e?|girlfriend|boyfriend|boss|colleague|coworker|friend|neighbou?r|roommate|flatmate|nanny|tutor|therapist|dentist|landlord|landlady|baby';

/** Who one talks to, and what people alone do, before `to`, `with`, `by` and the like. */
export const DEALINGS =
  'talk(?:ed|ing|s)?|spoke|spoken|speak(?:ing)?|writ(?:e|ten|ing)|wrote|sen[dt](?:ing)?(?: (?:it|this|that|them|an email|a copy|a message))?|g[ai]ve(?: (?:it|this|that|them))?|interview(?:ed|s)?|meeting|met|lunch|dinner|coffee|chat(?:ted)?|call(?:ed)?|married|according|congratulations|congrats|thanks|kudos|reports|reported|approved|reviewed|signed|witnessed|examined|treated|diagnosed|prescribed|composed|directed|painted|authored|photographed|birthday|date of birth|account|signature|custody|death|arrest|apology|letter|card|reservation|booking|appointment|prescription';

/** After these follows a name, known or not: `wallet of`, no; `je m'appelle`, yes. */
export const NAMING: ReadonlySet<string> = wordSet(
  "named appelle m'appelle m’appelle llamo chiamo heiße heisse attn soy",
);

/** To somebody, when what follows is addressed: `Hi Marlies,`. */
export const GREETINGS: ReadonlySet<string> = wordSet(
  'hi hello hey dear thanks thank bonjour salut hola hallo liebe lieber cher chère estimado estimada ciao buongiorno morning congrats congratulations welcome sorry bye',
);
/** Who is greeted without a name. */
export const GREETED: ReadonlySet<string> = wordSet(
  'team all everyone everybody folks guys world there friend friends colleague colleagues sir sirs madam support customer customers user users people again kitty santa valued hiring committee readers students parents members both ' +
    'folk gang community channel bot assistant siri alexa claude copilot gemini god lord back home aboard tutti zusammen tous leute kollegen damen herren monsieur madame señor señora amigos equipo in for',
);

/** Before a colon or in the cell before they say that a name follows; lower case. */
export const LABELS_OF_NAMES: ReadonlySet<string> = new Set(
  (
    'name,full name,first name,last name,contact,contact name,contact person,customer,customer name,client name,patient,patient name,employee,employee name,employees,applicant,candidate,caller,author,from,to,cc,bcc,attn,attention,' +
    'assignee,assigned to,reporter,reviewer,reviewers,approver,requester,requested by,reported by,approved by,created by,written by,prepared by,signed by,signed-off-by,co-authored-by,reviewed-by,acked-by,tested-by,reported-by,suggested-by,' +
    'helped-by,cc-by,committer,owner,manager,account holder,card holder,policy holder,policyholder,cardholder name,name on card,beneficiary,payee,tenant,landlord,plaintiff,defendant,witness,attorney,physician,doctor,nurse,guardian,spouse,next of kin,emergency contact,' +
    'passenger,guest,member,attendees,participants,invited,speaker,driver,recipient,sender,user,student,teacher,vorname,nachname,nom,prénom,nombre,apellido,ansprechpartner,kunde,cliente,billing name,legal name,maiden name,present,organizer'
  ).split(','),
);

/** Before one given name in a sentence they make it a place, a product or a title: `in Florence`, `using Julia`. */
export const NO_NAME_BEFORE: ReadonlySet<string> = wordSet(
  'the a an in at near using via on into of this that our your my its no every each via under over through inside within st saint lake port mount hurricane storm install run upgrade upgraded or than like',
);

/** Before a name these make it a street: `rue Victor Hugo`. */
export const PLACE_BEFORE: ReadonlySet<string> = wordSet(
  'rue chemin avenue boulevard impasse allée quai cours via viale vicolo piazza corso largo borgo calle plaza rambla paseo avenida ronda glorieta pasaje urbanización cuesta camino rua travessa praça ulica strada contrada street road lake mount fort saint hotel',
);
export const PLACE_FIRST: ReadonlySet<string> = wordSet(
  'saint san santa santo los las mount fort port lake cape rambla calle rue via piazza avenida north south east west new rio villa isle hotel',
);
/** Behind a name these make it a street, a place or a company. None is a usual family name. */
export const PLACE_BEHIND: ReadonlySet<string> = wordSet(
  'alley avenue ave bayou beach bluff bottom bridge burg bypass canyon cape causeway center centers circle cliff cliffs club common corner corners course court cove creek crescent crossing crossroad curve dam divide drive estate estates ' +
    'expressway extension extensions fall falls ferry flat flats fork forks fort freeway garden gardens gateway greens harbor heights highway hollow inlet island islands isle junction keys knoll knolls lake lakes land landing light lights ' +
    'loaf locks lodge loop mall manor manors meadow meadows mission motorway mountain mountains neck orchard oval overpass parkway pass passage path pike pine pines place plain plains plaza point points port ports prairie radial ramp ranch ' +
    'rapid rapids rest ridges road rd route row rue shoal shoals shore shores skyway spring springs spur square squares station stravenue stream streets street st summit terrace throughway trace track trafficway trail tunnel turnpike ' +
    'underpass union unions valley valleys via viaduct view views village villages ville vista walks ways mews wharf apt suite strasse straße platz weg allee gasse boulevard blvd lane ' +
    'inc llc ltd corp corporation gmbh plc group holdings company bank insurance university college school hospital clinic library stadium airport hotel church foundation institute award prize syndrome disease algorithm theorem',
);

/** Named after people, and not people any more. */
export const BRANDS: ReadonlySet<string> = new Set(
  (
    'harley davidson,mercedes benz,jack daniels,jack wolfskin,louis vuitton,calvin klein,tommy hilfiger,ralph lauren,michael kors,hugo boss,christian dior,giorgio armani,aston martin,alfa romeo,johnnie walker,jim beam,captain morgan,' +
    'marks spencer,ben jerry,john deere,wells fargo,charles schwab,jp morgan,morgan stanley,goldman sachs,merrill lynch,ernst young,dolce gabbana,estee lauder,elizabeth arden,mary kay,paul smith,ted baker,fred perry,jimmy choo,uncle ben,' +
    'sara lee,ford focus,austin powers,lincoln navigator,washington post,martin garrix'
  ).split(','),
);
