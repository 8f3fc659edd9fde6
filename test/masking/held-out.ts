/** Labelled like the others, but kept for measuring only: whoever tunes a detector does not read why these come out as they do. */
export const HELD_OUT_PROSE: readonly string[] = [
  'Claim filed by «PERSON|Rosalind Achebe» on 4/2/24 for water damage at «LOCATION|88 Harbour View Road, Portland, ME 04101». Call back «PHONE_NUMBER|207-555-0133».',
  'yo its «PERSON|Derek», lost my card, last digits 4412 but the whole thing is «CREDIT_CARD|4716059873321445»'.replace(
    '4716059873321445',
    '4556737586899855',
  ),
  'Subject access request from «EMAIL_ADDRESS|p.oyelaran@mailbox.example», identity verified by passport «US_PASSPORT|488213097».',
  'W-2 correction: employee SSN should read «US_SSN|602-33-1188» not 602-33-1189.'.replace(
    '602-33-1189',
    '«US_SSN|602-33-1189»',
  ),
  'Überweisung an «IBAN_CODE|AT61 1904 3002 3457 3201», Verwendungszweck Rechnung 2291.',
  'The beacon called out to «IP_ADDRESS|45.33.32.156» every 60s; internal pivot was «IP_ADDRESS|10.44.0.0/16».',
  'Rotated «SECRET|glpat-Zr8kTq3mWx5vNb7cYp2L» and «SECRET|npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8» this morning.',
  'Hi «PERSON|Siobhan», could you forward this to «PERSON|Marcus Holloway» in procurement?',
  'Contact our DPO, «PERSON|Ingeborg Haugen», at «EMAIL_ADDRESS|dpo@fjordbank.example» or «PHONE_NUMBER|+47 22 12 34 56».',
  'Sgt. «PERSON|Ramirez» took the statement of «PERSON|Jamal Washington» at the scene.',
  'wifi password is «SECRET|Blue$Heron_42»',
  'Here is the DSN: «SECRET|amqp://worker:pL9x!22q@rabbit.prod.example:5672/vhost»',
  'My number? «PHONE_NUMBER|(07) 3155 0199» if you are in Brisbane.',
  'Ich heiße «PERSON|Matthias Vogel», geboren am «DATE_OF_BIRTH|14.08.1976».',
  "«PERSON|Chloe Dupont»'s manager, «PERSON|Alan Brightwater», approved the leave.",
  'Deposit to checking account «US_BANK_NUMBER|7733091245» (ABA «US_BANK_NUMBER|122105155»).',
  'ETH donations: «CRYPTO|0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359»',
  'Phone interview with «PERSON|Ngozi Eze» went well; second round on Tuesday with «PERSON|Victor».',
  'HMRC ref 120/AB34567 for «PERSON|Gareth Pritchard», tel. «PHONE_NUMBER|01632 960 983»',
  'aws: «SECRET|ASIAY34FZKBOKMUTVV7A» leaked in build log line 2203',
  'The router (MAC «MAC_ADDRESS|a4:2b:b0:c9:1d:77») keeps announcing «IP_ADDRESS|fe80::a62b:b0ff:fec9:1d77».',
  'Fax it to «PHONE_NUMBER|+1-312-555-0190» attn: «PERSON|Yolanda Pierce».',
  'Driver license no. «US_DRIVER_LICENSE|F25592150094» verified at check-in.',
  '"I never signed that," said «PERSON|Walter Nakamura».',
  'Emergency contact: «PERSON|Eleni Papadopoulou» (mother) «PHONE_NUMBER|+30 210 1234567»',
  'Please charge «CREDIT_CARD|3530 1113 3330 0000», name on card «PERSON|Satoshi Mori».',
  'set SENDGRID_API_KEY to «SECRET|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»',
  'Invoice to «ORGANIZATION|Hartmann Maschinenbau GmbH», attention «PERSON|Klaus Richter».',
  'Client secret: «SECRET|V7q8Q~kLmNoPqRsTuVwXyZ0123456789AbCdEf»',
  'New mailing address: «LOCATION|P.O. Box 2281», Tulsa.'.replace(', Tulsa', ''),
  'Spoke to the customer (she gave her birthday as «DATE_OF_BIRTH|July 9, 1992»), ticket 88213 closed.',
  'cc: «EMAIL_ADDRESS|first.last@dept.university.example», «EMAIL_ADDRESS|x_y-z@sub-domain.example.io»',
];

export const HELD_OUT_JSON: readonly unknown[] = [
  {
    deal: {
      id: 99120,
      title: 'Renewal 2024',
      person_name: '«PERSON|Camille Laurent»',
      org_name: '«ORGANIZATION|Laurent et Fils SARL»',
      person_email: '«EMAIL_ADDRESS|camille@laurent.example»',
      value: 12500,
      stage_id: 3,
      add_time: '2024-02-11 10:22:33',
    },
  },
  {
    worker: {
      legalName: '«PERSON|Oluwaseun Adebayo»',
      workEmail: '«EMAIL_ADDRESS|o.adebayo@corp.example»',
      personalPhone: '«PHONE_NUMBER|+234 803 123 4567»',
      nationalId: '«US_SSN|611-40-7723»',
      hireDate: '2021-09-01',
      costCenter: '4400-EU',
    },
  },
  {
    issue: {
      iid: 512,
      author: { username: 'mkeller', name: '«PERSON|Miriam Keller»' },
      assignees: [{ username: 'jsousa', name: '«PERSON|Joana Sousa»' }],
      title: 'Crash in PDF export',
      labels: ['bug', 'P2'],
      web_url: '«URL|https://git.example/x/-/issues/512»',
      sha: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
    },
  },
  {
    vms: [
      {
        name: 'vm-eu-01',
        nics: [
          {
            mac: '«MAC_ADDRESS|00-0D-3A-5F-11-22»',
            private_ip: '«IP_ADDRESS|10.1.0.4»',
            public_ip: '«IP_ADDRESS|20.50.60.70»',
          },
        ],
        uptime_s: 9912331,
        osVersion: '22.04.3',
      },
    ],
  },
  {
    header: ['name', 'iban', 'amount'],
    data: [
      ['«PERSON|Paolo Conti»', '«IBAN_CODE|IT60X0542811101000000123456»', 120.5],
      ['«PERSON|Agnes Nilsson»', '«IBAN_CODE|SE4550000000058398257466»', 88],
    ],
  },
  {
    event: {
      organizer: { displayName: '«PERSON|Dorothy Hughes»', email: '«EMAIL_ADDRESS|d.hughes@example.com»' },
      attendees: [
        {
          displayName: '«PERSON|Kenji Watanabe»',
          email: '«EMAIL_ADDRESS|kenji@example.jp»',
          responseStatus: 'accepted',
        },
      ],
      summary: 'Budget sync',
      start: { dateTime: '2024-06-01T10:00:00Z' },
    },
  },
  {
    transaction: {
      pan: '«CREDIT_CARD|2223003122003222»',
      auth_code: '004512',
      amount: 5499,
      merchant: 'Corner Coffee',
      cardholder_name: '«PERSON|Liam Byrne»',
      rrn: '401512345678',
    },
  },
  {
    secrets: [
      {
        key: 'GITHUB_TOKEN',
        value: '«SECRET|github_pat_11ABCDEFG0aB1cD2eF3gH4_iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5eF6gH7iJ8kL9mN0oP1q»',
      },
      { key: 'REGION', value: 'eu-west-1' },
    ],
  },
  {
    content: [
      {
        type: 'text',
        text: {
          $json: [{ contact: '«PERSON|Beth Morrison»', cell: '«PHONE_NUMBER|5035550188»', zip: '«LOCATION|97205»' }],
        },
      },
    ],
  },
  {
    audit: {
      actor: '«EMAIL_ADDRESS|svc.admin@example.org»',
      source_ip: '«IP_ADDRESS|2001:db8:0:1::10»',
      action: 'user.delete',
      target: 'usr_01HZX3',
      at: 1717171717171,
    },
  },
  {
    shipment: {
      recipient: {
        name: '«PERSON|Isabel Duarte»',
        street: '«LOCATION|14 Rua das Flores»',
        city: '«LOCATION|Porto»',
        phone: '«PHONE_NUMBER|+351 912 345 678»',
      },
      carrier: 'DHL',
      tracking: 'JD014600006281230704',
      weight_kg: 2.4,
    },
  },
  {
    form: [
      { question: 'Date of birth', answer: '«DATE_OF_BIRTH|1971-12-05»' },
      { question: 'Phone', answer: '«PHONE_NUMBER|020 7946 0777»' },
      { question: 'Comments', answer: 'none' },
    ],
  },
  {
    kv: {
      'spring.datasource.password': '«SECRET|oW7#kd0ZpQ»',
      'spring.datasource.username': 'app',
      'server.port': 8443,
      'app.name': 'billing',
    },
  },
  {
    model: 'X200',
    serial_number: '5CD1234ABC',
    firmware: '2.18.0.7',
    last_seen: '2024-05-05T05:05:05Z',
    location: 'Rack 14',
    owner: 'facilities',
  },
];
