/** Hand-labelled answers of MCP servers: CRM, HR, tickets, git, cloud, logs, SQL, mail. Every labelled value is invented. */
export const JSON_CASES: readonly unknown[] = [
  {
    id: '003Dn00000XyZabIAF',
    type: 'Contact',
    attributes: {
      FirstName: '«PERSON|Amelia»',
      LastName: '«PERSON|Stone»',
      Email: '«EMAIL_ADDRESS|amelia.stone@contoso.example»',
      Phone: '«PHONE_NUMBER|(425) 555-0139»',
      MailingCity: '«LOCATION|Seattle»',
      CreatedDate: '2023-04-11T09:15:22.000Z',
    },
  },
  {
    content: [
      {
        type: 'text',
        text: {
          $json: {
            customer: {
              name: '«PERSON|Nikhil Rao»',
              email: '«EMAIL_ADDRESS|nikhil@rao.example»',
              loyalty_id: '8812345670',
            },
            orders: [{ order_id: '4155550123', total: 99.95 }],
          },
        },
      },
    ],
    isError: false,
  },
  {
    employee: {
      employee_id: 'E-10442',
      full_name: '«PERSON|Sven Lindqvist»',
      ssn: '«US_SSN|431-55-2290»',
      date_of_birth: '«DATE_OF_BIRTH|1984-07-19»',
      salary: 84500,
      manager: '«PERSON|Carla Jimenez»',
      bank: { routing_number: '«US_BANK_NUMBER|011401533»', account_number: '«US_BANK_NUMBER|4830012745»' },
    },
  },
  {
    tickets: [
      {
        key: 'OPS-4411',
        status: 'Open',
        reporter: { displayName: '«PERSON|Yuki Tanaka»', emailAddress: '«EMAIL_ADDRESS|yuki.tanaka@example.jp»' },
        assignee: { displayName: '«PERSON|Paul Dubois»' },
        summary: 'Login page returns 500',
        updated: '2024-02-01T11:12:13Z',
        votes: 3,
      },
    ],
  },
  {
    sha: '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d',
    commit: {
      author: {
        name: '«PERSON|Monica Reyes»',
        email: '«EMAIL_ADDRESS|monica@reyes.example»',
        date: '2024-01-05T10:00:00Z',
      },
      message: 'Bump version to 4.12.0',
    },
    parents: [{ sha: '553c2077f0edc3d5dc5d17262f6aa498e69d6f8e' }],
  },
  {
    Instances: [
      {
        InstanceId: 'i-0abcd1234ef567890',
        PrivateIpAddress: '«IP_ADDRESS|10.0.12.34»',
        PublicIpAddress: '«IP_ADDRESS|198.51.100.14»',
        ImageId: 'ami-0c55b159cbfafe1f0',
        MacAddress: '«MAC_ADDRESS|0a:1b:2c:3d:4e:5f»',
        LaunchTime: '2024-03-01T00:00:00Z',
        Tags: [{ Key: 'Name', Value: 'web-1' }],
      },
    ],
  },
  {
    columns: ['id', 'first_name', 'last_name', 'email', 'phone', 'created_at'],
    rows: [
      [
        1,
        '«PERSON|Hannah»',
        '«PERSON|Becker»',
        '«EMAIL_ADDRESS|h.becker@example.de»',
        '«PHONE_NUMBER|+49 171 5551234»',
        '2022-11-01',
      ],
      [
        2,
        '«PERSON|Tariq»',
        '«PERSON|Mahmood»',
        '«EMAIL_ADDRESS|tariq@example.pk»',
        '«PHONE_NUMBER|+92 300 1234567»',
        '2022-11-02',
      ],
    ],
  },
  {
    rowCount: 2,
    rows: [
      {
        user_id: 77,
        name: '«PERSON|Elena Petrova»',
        email: '«EMAIL_ADDRESS|elena.p@example.ru»',
        last_ip: '«IP_ADDRESS|203.0.113.200»',
        is_active: true,
      },
      {
        user_id: 78,
        name: '«PERSON|Kofi Boateng»',
        email: '«EMAIL_ADDRESS|kofi@example.gh»',
        last_ip: '«IP_ADDRESS|2001:db8::42»',
        is_active: false,
      },
    ],
  },
  {
    message: {
      from: '«PERSON|Greta Hansen» <«EMAIL_ADDRESS|greta@hansen.example»>',
      to: ['«EMAIL_ADDRESS|team@corp.example»'],
      subject: 'Contract',
      body: 'Hi all,\nplease call me on «PHONE_NUMBER|+45 32 12 34 56».\nBest, «PERSON|Greta»',
      messageId: '<CA+abc123@mail.corp.example>',
    },
  },
  {
    payment: {
      id: 'pi_3MtwBwLkdIwHu7ix28a3tqPa',
      amount: 2000,
      currency: 'usd',
      card: { number: '«CREDIT_CARD|4242424242424242»', exp_month: 8, exp_year: 2027, brand: 'visa', last4: '4242' },
      billing_details: {
        name: '«PERSON|Jenny Rosen»',
        address: {
          line1: '«LOCATION|510 Townsend St»',
          city: '«LOCATION|San Francisco»',
          postal_code: '«LOCATION|94103»',
          country: 'US',
        },
      },
    },
  },
  {
    log: [
      {
        ts: 1706780400123,
        level: 'warn',
        msg: 'login failed for «EMAIL_ADDRESS|root@example.org» from «IP_ADDRESS|192.0.2.61»',
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        span_id: '00f067aa0ba902b7',
      },
      { ts: 1706780401456, level: 'info', msg: 'request completed in 123ms', status: 200 },
    ],
  },
  {
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: '«SECRET|postgres://app:Q2mx9vTz@pg.internal:5432/app»',
      STRIPE_SECRET_KEY: '«SECRET|sk_test_4eC39HqLyjWDarjtT1zdp7dc»',
      PORT: '8080',
      LOG_LEVEL: 'debug',
      JWT_SECRET: '«SECRET|b7e2c4f19a8d4e6fb0c3»',
    },
  },
  {
    patient: {
      mrn: '00482913',
      name: { family: '«PERSON|Okafor»', given: ['«PERSON|Adaeze»'] },
      birthDate: '«DATE_OF_BIRTH|1990-02-28»',
      telecom: [
        { system: 'phone', value: '«PHONE_NUMBER|555-867-5309»' },
        { system: 'email', value: '«EMAIL_ADDRESS|ada.okafor@clinic.example»' },
      ],
    },
  },
  {
    fields: [
      { label: 'Full name', value: '«PERSON|Lars Eriksson»' },
      { label: 'SSN', value: '«US_SSN|518-22-7719»' },
      { label: 'Favourite colour', value: 'Green' },
    ],
  },
  {
    user: {
      login: 'octo-fan',
      name: '«PERSON|Ravi Shankar»',
      company: '«ORGANIZATION|Initech GmbH»',
      blog: '',
      location: '«LOCATION|Bengaluru, India»',
      email: null,
      public_repos: 12,
      created_at: '2015-01-01T00:00:00Z',
    },
  },
  {
    iban: '«IBAN_CODE|NL91ABNA0417164300»',
    bic: 'ABNANL2A',
    holder: '«PERSON|Femke de Vries»',
    amount: '1,250.00',
    currency: 'EUR',
    reference: '2024000118',
  },
  {
    reservations: [
      {
        pnr: 'X7K2QP',
        passenger: { name: '«PERSON|Dmitri Volkov»', passport_number: '«US_PASSPORT|553912774»', nationality: 'RU' },
        flight: 'LH1234',
        seat: '14C',
      },
    ],
  },
  {
    driver: {
      name: '«PERSON|Keisha Williams»',
      drivers_license: '«US_DRIVER_LICENSE|W426-5457-8201»',
      vehicle: { vin: '1HGCM82633A004352', plate: '7ABC123' },
    },
  },
  {
    device: {
      hostname: 'lt-0231',
      mac: '«MAC_ADDRESS|F0-18-98-3A-7C-11»',
      ip: '«IP_ADDRESS|172.20.5.9»',
      os: 'macOS 14.3.1',
      serial: 'C02XG0FDJGH5',
    },
  },
  {
    wallet: {
      address: '«CRYPTO|0x8617E340B3D01FA5F11F306F4090FD50E238070D»',
      balance: '12.50',
      chain_id: 1,
      block: 19283746,
    },
  },
  {
    cc: '«#»'.replace('«#»', '#«CREDIT_CARD|5555555555554444»'),
    order: '#5555555555554444'.replace('5555555555554444', '100234'),
    phone: '#«PHONE_NUMBER|4155550177»',
    ssn: '#«US_SSN|431552290»',
    epoch: '#1706780400123',
  },
  {
    results: [
      { snippet: 'Contact «PERSON|Laura Bianchi» for details', score: 0.91 },
      { snippet: 'Release notes for 2.4.0', score: 0.88 },
    ],
  },
  {
    session: {
      id: 'b5f1c0de-8f0b-4b8e-9d5e-0d2f6b0b7a11',
      access_token: '«SECRET|2YotnFZFEjr1zCsicMWpAA»',
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'read write',
    },
  },
  {
    applicants: [
      {
        applicant_name: '«PERSON|Min-jun Park»',
        dob: '«DATE_OF_BIRTH|03/14/1995»',
        home_phone: '«PHONE_NUMBER|(646) 555-0150»',
        reference_number: '4471-2231',
      },
    ],
  },
  {
    lead: {
      company: '«ORGANIZATION|Umbrella Corp»',
      contact: '«PERSON|Jill Valentine»',
      title: 'Head of Procurement',
      mobile: '«PHONE_NUMBER|0044 20 7946 0018»',
    },
  },
  {
    approved_by: '«PERSON|Henrik Olsen»',
    requested_by: '«PERSON|Nadia Rahman»',
    policy: 'standard',
    version: '1.4.2',
    checksum: 'd41d8cd98f00b204e9800998ecf8427e',
  },
  {
    config: {
      smtp: { host: 'smtp.example.org', port: 587, user: 'mailer', password: '«SECRET|m41l-Pass-77»' },
      redis: '«SECRET|redis://:r3d1sPw@cache:6379/0»',
      feature_flags: { newLogin: true },
    },
  },
  {
    attendees: ['«PERSON|Sofia Marino»', '«PERSON|Ben Carter»', '«EMAIL_ADDRESS|visitor@example.net»'],
    room: 'Atlas 4',
    start: '2024-05-02T09:00:00+02:00',
  },
  {
    guest: {
      first: '«PERSON|Marcus»',
      last: '«PERSON|Bell»',
      phone: { home: '«PHONE_NUMBER|206-555-0128»' },
      emergency_contact: { name: '«PERSON|Rosa Bell»', phone: '«PHONE_NUMBER|206-555-0129»' },
    },
  },
  {
    products: [
      { id: 'sku_1', name: 'Trail Runner', vendor_code: 'TR-100', barcode: '4006381333931', price: 89.0 },
      { id: 'sku_2', name: 'Blue Jacket', barcode: '5901234123457', price: 120.5 },
    ],
  },
  {
    author: 'dependabot[bot]',
    reviewers: ['jdoe', 'asmith'],
    branch: 'release/2024.03',
    merged: true,
    additions: 120,
    deletions: 33,
  },
  {
    owner: '«PERSON|Teresa Caldwell»',
    owner_team: 'platform',
    repository: 'acme/api',
    default_branch: 'main',
    stars: 402,
  },
  {
    webhook: {
      url: 'https://example.org/hook'.replace('https://example.org/hook', '«URL|https://example.org/hook»'),
      signing_secret: '«SECRET|8f742231b10e8888abcd99yyyzzz85a5»',
      active: true,
    },
  },
  {
    survey: {
      question: 'How did you hear about us?',
      answer: 'From my colleague «PERSON|Anita Desai»',
      respondent: { age_range: '30-39', zip: '«LOCATION|60614»' },
    },
  },
];
