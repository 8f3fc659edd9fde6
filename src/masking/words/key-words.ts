/** What names of fields say about their values, as data: words of a name split at case, `_`, `-`, `.` and spaces. */

/** A name that ends with one of these describes the value it is about and does not hold it: `phone_type`, `email_verified`. */
export const QUALIFIERS: ReadonlySet<string> = new Set(
  (
    'type kind status state verified valid validated confirmed enabled disabled required optional count counts total length size format ' +
    'hash hashed digest checksum fingerprint model os brand network provider issuer bin scheme flag flags at on date time timestamp expiry expires ' +
    'expiration ttl template subject body policy category schema field fields column columns pattern regex label hint ' +
    'placeholder masked last4 lastfour opt optin consent preference preferences settings config ' +
    'level score rank index position key keys limit max min version'
  ).split(' '),
);

/** Words at the end of a name that add nothing: `phone_number_1`, `email_primary`. */
export const FILLERS: ReadonlySet<string> = new Set(
  'number numbers no num nr value values text raw str string primary secondary main alternate alt home work office business personal private other 1 2 3 current full digits plain'.split(
    ' ',
  ),
);

/** One of these words in the name, or the whole name without separators, names the type. */
export const TYPE_WORDS: readonly (readonly [type: string, words: readonly string[], whole: readonly string[]])[] = [
  [
    'EMAIL_ADDRESS',
    ['email', 'emails', 'mail', 'mailto', 'emailaddress'],
    ['mailbox', 'replyto', 'upn', 'userprincipalname'],
  ],
  [
    'IP_ADDRESS',
    ['ip', 'ips', 'ipv4', 'ipv6', 'cidr', 'ipaddress', 'ipaddr'],
    [
      'remoteaddr',
      'clientaddr',
      'clientaddress',
      'peeraddr',
      'sourceip',
      'subnet',
      'gateway',
      'xforwardedfor',
      'forwardedfor',
      'inet',
    ],
  ],
  [
    'MAC_ADDRESS',
    ['mac', 'macaddress', 'macaddr', 'hwaddr', 'bssid'],
    ['ethernetaddress', 'physicaladdress', 'hardwareaddress'],
  ],
  [
    'PHONE_NUMBER',
    [
      'phone',
      'phones',
      'mobile',
      'cell',
      'cellphone',
      'telephone',
      'tel',
      'fax',
      'msisdn',
      'whatsapp',
      'landline',
      'phonenumber',
      'telefon',
    ],
    [
      'contactnumber',
      'callerid',
      'callback',
      'callbackphone',
      'callbacknumber',
      'smsto',
      'dialin',
      'cellular',
      'handphone',
      'emergencycontactnumber',
      'ani',
      'tonumber',
      'fromnumber',
      'mobilenumber',
    ],
  ],
  [
    'US_SSN',
    ['ssn', 'socialsecurity'],
    [
      'socialsecuritynumber',
      'socialsecurityno',
      'socialsecuritynum',
      'socialsec',
      'ssnumber',
      'socsec',
      'taxpayerssn',
      'ssnlast',
      'usssn',
    ],
  ],
  [
    'US_ITIN',
    ['itin'],
    [
      'taxid',
      'taxidnumber',
      'taxpayerid',
      'individualtaxpayeridentificationnumber',
      'taxpayeridentificationnumber',
      'tin',
    ],
  ],
  [
    'CREDIT_CARD',
    ['pan', 'ccn', 'ccnum', 'creditcard', 'debitcard', 'cardnumber', 'cardno'],
    ['card', 'cc', 'ccnumber', 'cardnum', 'creditcardnumber', 'paymentcard', 'primaryaccountnumber', 'debitcardnumber'],
  ],
  ['IBAN_CODE', ['iban', 'ibans'], []],
  [
    'US_BANK_NUMBER',
    ['aba', 'rtn', 'acct', 'routing', 'bankaccount'],
    [
      'bankaccountnumber',
      'accountnumber',
      'accountno',
      'accountnum',
      'acctnumber',
      'acctno',
      'acctnum',
      'checkingaccount',
      'savingsaccount',
      'routingnumber',
      'routingno',
      'abanumber',
      'bankacct',
      'directdepositaccount',
      'checkingaccountnumber',
      'depositaccount',
      'banknumber',
    ],
  ],
  ['US_PASSPORT', ['passport'], []],
  [
    'US_DRIVER_LICENSE',
    ['dl', 'dln'],
    [
      'driverlicense',
      'driverslicense',
      'driverlicence',
      'drivinglicense',
      'drivinglicence',
      'driverslicence',
      'drivinglicensenumber',
      'dlnumber',
      'licensenumber',
      'licenseno',
      'driverlicensenumber',
      'driverslicensenumber',
      'driverlicenseno',
      'driverslicenseno',
      'dlno',
      'dlnum',
    ],
  ],
  ['CRYPTO', ['wallet', 'bitcoin', 'btc', 'ethereum', 'eth', 'crypto'], ['walletaddress', 'payoutaddress']],
  [
    'DATE_OF_BIRTH',
    ['dob', 'birthdate', 'birthday', 'bday', 'birthdt', 'dateofbirth', 'birth'],
    ['dateofbirth', 'birthdate', 'born', 'bornon'],
  ],
];

/** People by what they are to somebody: the name of such a field may be a person's, `name` inside such an object is. */
export const PERSON_ROLES: ReadonlySet<string> = new Set(
  (
    'user users customer customers contact contacts employee employees patient patients person persons people author authors owner owners ' +
    'assignee assignees assigned reporter reporters manager managers member members lead leads candidate candidates applicant applicants passenger passengers ' +
    'guest guests attendee attendees participant participants organizer organiser host sender recipient recipients requester requestor approver approvers ' +
    'reviewer reviewers creator committer maintainer maintainers agent agents client clients subscriber driver doctor physician nurse provider practitioner ' +
    'teacher student students parent guardian spouse wife husband child father mother sibling beneficiary beneficiaries insured policyholder cardholder ' +
    'accountholder holder payer payee tenant landlord buyer seller shopper cosigner witness attorney lawyer judge plaintiff defendant employeeinfo profile ' +
    'supervisor colleague coworker representative rep salesperson consultant engineer developer technician therapist resident donor ' +
    'hiring interviewer interviewee speaker speakers caller callee signatory signer mentor coach referrer ' +
    'from to cc bcc by'
  ).split(' '),
);

/** Of these the ones that programs, places and companies have as well. */
export const UNSURE_ROLES: ReadonlySet<string> = new Set(
  'user users customer customers client clients from to cc bcc by host agent agents profile provider lead leads member members parent child contact contacts owner owners seller vendor sender recipient recipients creator driver subscriber'.split(
    ' ',
  ),
);

/** Whole names, without separators, that hold a person's name and nothing else. */
export const PERSON_NAMES: ReadonlySet<string> = new Set(
  (
    'fullname firstname lastname givenname familyname surname middlename maidenname forename forenames givennames legalname preferredname ' +
    'fname lname mname nameoncard cardholdername nameonaccount accountholder accountholdername cardholder realname nextofkin emergencycontact emergencycontactname ' +
    'mothersmaidenname mothermaidenname birthname nombre apellido apellidos nom prenom vorname nachname patientname customername ' +
    'employeename contactname authorname ownername managername assigneename reportername recipientname sendername shiptoname billtoname shippingname ' +
    'billingname contactperson personname attendeename guestname passengername studentname membername creatorname applicantname primarycontact ' +
    'namefirst namelast namemiddle namegiven namefamily namefull useridname userfullname requestername requestedbyname leadname candidatename clientname agentname doctorname providername beneficiaryname'
  ).split(' '),
);

export const ADDRESS_WORDS: ReadonlySet<string> = new Set(
  'address addresses street streetaddress city town zip zipcode postcode postal addr residence domicile birthplace hometown suburb'.split(
    ' ',
  ),
);
/** With one of these, `address` is no place on earth. */
export const NO_PLACE_WORDS: ReadonlySet<string> = new Set(
  'ip ipv4 ipv6 mac email mail wallet crypto btc eth contract memory server host listen bind remote peer socket url web network physical hardware token virtual base bus target pool'.split(
    ' ',
  ),
);

export const ORGANIZATION_NAMES: ReadonlySet<string> = new Set(
  (
    'company companyname organization organisation organizationname organisationname employer employername orgname businessname legalentity vendorname ' +
    'suppliername firm firmname corporation institution hospital university school bankname insurer carriername merchantname currentemployer ' +
    'companylegalname clientcompany customercompany accountcompany vendor supplier manufacturername'
  ).split(' '),
);
/** `name` inside an object under one of these is an organisation's. */
export const ORGANIZATION_ROLES: ReadonlySet<string> = new Set(
  'company companies organization organisation organizations employer employers vendor vendors supplier suppliers merchant firm corporation'.split(
    ' ',
  ),
);

/** Fields beside `name` that only people have. */
export const PERSON_SIBLINGS: ReadonlySet<string> = new Set(
  (
    'email emailaddress phone phonenumber mobile dob dateofbirth birthdate ssn age gender salary jobtitle firstname lastname hiredate startdate department ' +
    'passport passportnumber maritalstatus nationality username login employeeid memail workemail personalemail homephone cell avatar avatarurl mrn'
  ).split(' '),
);

/** Words of names whose values are counted, drawn or computed: what looks like a phone or a card in them is none. */
export const NEGATIVE_KEY_WORDS: ReadonlySet<string> = new Set(
  (
    'uuid guid sha sha1 sha256 md5 hash commit version versions build revision rev order orders ticket tickets invoice tracking sku isbn issn ean upc gtin ' +
    'asin epoch timestamp ts time date created updated modified count size bytes offset port pid node seq sequence serial checksum digest etag nonce ' +
    'amount price cost total subtotal balance quantity qty lat latitude lon lng longitude coordinates coord width height duration elapsed ms ns us latency ' +
    'trace span request correlation job run pipeline issue pr hex color mask bits addr pointer memory branch tag tags digest image ' +
    'release rfc oid part lot batch barcode imei iccid cursor page next prev score weight temperature percent ratio tax fee revenue ' +
    'assembly appversion fileversion productversion package chart shipment parcel waybill awb po sn firmware kernel chapter section clause'
  ).split(' '),
);

/** Under these stands text that somebody wrote, as far as the name tells. */
export const PROSE_NAMES: ReadonlySet<string> = new Set(
  'text content body message description comment comments note notes summary title subject snippet details reason feedback review question answer prompt query input output log logs line lines stdout stderr html markdown data value result results'.split(
    ' ',
  ),
);

/** `{"name": "phone", "value": "…"}`: the value of such a member stands under what its sibling says. */
export const VALUE_NAMES: ReadonlySet<string> = new Set([
  'value',
  'val',
  'values',
  'answer',
  'newvalue',
  'oldvalue',
  'defaultvalue',
  'currentvalue',
  'parametervalue',
  'content',
  'data',
]);
export const LABEL_NAMES: ReadonlySet<string> = new Set([
  'name',
  'label',
  'field',
  'key',
  'fieldname',
  'attribute',
  'property',
  'type',
  'question',
  'system',
  'header',
  'column',
  'parameter',
  'param',
  'parametername',
  'variable',
  'variablename',
  'setting',
  'option',
]);

/** `{"columns": ["id", "email"], "rows": [[1, "…"]]}`. */
export const COLUMN_NAMES: ReadonlySet<string> = new Set([
  'columns',
  'fields',
  'headers',
  'header',
  'columnnames',
  'fieldnames',
  'cols',
  'schema',
]);
export const ROW_NAMES: ReadonlySet<string> = new Set([
  'rows',
  'data',
  'values',
  'records',
  'results',
  'items',
  'tuples',
]);

/** Numbers under these are drawn as somebody likes; a form that only one kind of value has still counts. */
export const ID_WORDS: ReadonlySet<string> = new Set(['id', 'ids', 'ref', 'reference', 'case', 'identifier']);

export const SECRET_WORDS: ReadonlySet<string> = new Set(
  'secret secrets token tokens apikey apikeys psk password passwords passwd pwd passphrase credential credentials key jwt bearer pat auth signature sas cookie pass'.split(
    ' ',
  ),
);
/** Of these the ones that people choose. */
export const PASSWORD_KEY_WORDS: ReadonlySet<string> = new Set([
  'password',
  'passwords',
  'passwd',
  'pwd',
  'passphrase',
  'pass',
  'psk',
]);
/** With one of these it is a name, a place or a page, not the secret. */
export const NO_SECRET_WORDS: ReadonlySet<string> = new Set(
  'type name id ids arn url uri file path next page sync pagination resume watch delta cursor continuation progress cancel public pub primary foreign sort partition object issue project idempotency cache count usage input output prompt completion max total method provider endpoint algorithm alg version rotation policy user username'.split(
    ' ',
  ),
);

/** Of these `name` is a person's only when it looks like one. */
export const UNSURE_PARENTS: ReadonlySet<string> = new Set(
  'client clients host agent agents owner owners provider seller vendor parent child profile lead leads creator committer driver from to by'.split(
    ' ',
  ),
);
/** Programs that say who they are (MCP `initialize`). */
export const PROGRAM_PARENTS: ReadonlySet<string> = new Set([
  'clientinfo',
  'serverinfo',
  'agentinfo',
  'hostinfo',
  'useragent',
]);

/** Before `by` they name something else than who did it: `order_by`, `powered_by`. */
export const NO_DOERS: ReadonlySet<string> = new Set(
  'order orders sort sorted group grouped powered sponsored provided caused triggered hosted managed limit filter filtered partition replaced superseded blocked blocks required used started launched generated limited'.split(
    ' ',
  ),
);
