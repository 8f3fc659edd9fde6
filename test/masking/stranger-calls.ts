/** Documents of the shapes that servers for people, sales, code and machines answer with, labelled before any detector was read; values drawn by chance. */
export const STRANGER_CALLS: readonly unknown[] = [
  {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: {
      name: 'create_contact',
      arguments: {
        firstName: '«PERSON|Greco»',
        lastName: '«PERSON|Abba»',
        email: '«EMAIL_ADDRESS|lourdes.castro@orange.fr»',
        phone: '«PHONE_NUMBER|503-807-6386 extension 90509»',
        company: '«ORGANIZATION|Initech Ltd»',
      },
    },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: {
      name: 'charge_card',
      arguments: {
        card_number: '«CREDIT_CARD|6582-5698-8820-2790»',
        exp_month: 9,
        exp_year: 2027,
        amount: 12900,
        currency: 'usd',
        cardholder_name: '«PERSON|Taylor Norton»',
      },
    },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: {
      name: 'send_email',
      arguments: {
        to: ['«EMAIL_ADDRESS|y.deroos@outlook.com»', '«EMAIL_ADDRESS|perrono-dana@company.co.in»'],
        subject: 'Quarterly numbers',
        body: 'Hi «PERSON|Saar», please call «PHONE_NUMBER|(617)345-0664».',
      },
    },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    result: {
      content: [
        {
          type: 'text',
          text: {
            $json: {
              customer: {
                id: 88123,
                full_name: '«PERSON|Danielle Gilbert»',
                mobile: '«PHONE_NUMBER|+44 20 7961 7800»',
                iban: '«IBAN_CODE|GB15ZBGG20835948567672»',
              },
            },
          },
        },
      ],
      structuredContent: {
        customer: { id: 88123, full_name: '«PERSON|Rebecca I. Jones»', mobile: '«PHONE_NUMBER|1-713-734-0510»' },
      },
      isError: false,
    },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    result: {
      content: [{ type: 'text', text: 'Found 2 employees: «PERSON|Lorenza P. Rius» and «PERSON|Isabella Bernini».' }],
      isError: false,
    },
  },
  {
    rows: [
      {
        EMPLOYEE_ID: 10233,
        FIRST_NAME: '«PERSON|Jennifer»',
        LAST_NAME: '«PERSON|Chen»',
        SSN: '«US_SSN|513-37-6695»',
        PHONE_NUMBER: '«PHONE_NUMBER|617 270 7926»',
        HIRE_DATE: '2019-03-01',
      },
      {
        EMPLOYEE_ID: 10234,
        FIRST_NAME: '«PERSON|Michael»',
        LAST_NAME: '«PERSON|Bhasin»',
        SSN: '«US_SSN|490-49-5076»',
        PHONE_NUMBER: '«PHONE_NUMBER|030 27294324»',
        HIRE_DATE: '2020-06-15',
      },
    ],
  },
  {
    columns: ['id', 'name', 'email'],
    rows: [
      [1, '«PERSON|Evi U. Greij»', '«EMAIL_ADDRESS|scervantes@proton.me»'],
      [2, '«PERSON|Dominique Hansen»', '«EMAIL_ADDRESS|zachary+work@example.com»'],
    ],
  },
  {
    Contact: {
      Id: '0038d00000B9xZKAAZ',
      Name: '«PERSON|Tomás Conde»',
      MobilePhone: '«PHONE_NUMBER|0049 30 29292255»',
      MailingCity: '«LOCATION|Tirunelveli»',
      MailingStreet: '«LOCATION|Jobst-Bolander-Allee 4779»',
      Birthdate: '«DATE_OF_BIRTH|1996-08-14»',
      Account: { Name: '«ORGANIZATION|Hornig»' },
    },
  },
  {
    id: 'cus_NffrFeUfNV2Hib',
    object: 'customer',
    name: '«PERSON|Frederick Swamy»',
    email: '«EMAIL_ADDRESS|cindy_luo@mail.acme-corp.io»',
    phone: '«PHONE_NUMBER|+13038349577»',
    address: {
      city: '«LOCATION|Kleve»',
      country: 'US',
      line1: '«LOCATION|Urbanización de Che Balaguer 56»',
      postal_code: '94107',
    },
    created: 1680893993,
    livemode: false,
  },
  {
    url: '«URL|https://www.portal.acme.io/orders?id=62983»',
    number: 42,
    title: 'Crash on start',
    user: { login: 'octo-872', id: 583231 },
    assignees: [],
    commit: {
      sha: 'efa0c2bf6eb8ee58a0407878786a2c8ce659031a',
      author: {
        name: '«PERSON|Varsha Sarkar»',
        email: '«EMAIL_ADDRESS|ansaldo.wood6@proton.me»',
        date: '2024-05-28T20:22:59Z',
      },
      committer: { name: '«PERSON|Astrid Wagner»', email: '«EMAIL_ADDRESS|jean.shepard@mail.acme-corp.io»' },
    },
  },
  {
    key: 'OPS-456',
    fields: {
      summary: 'Printer on floor 3',
      assignee: {
        displayName: '«PERSON|Annemarie Gieß»',
        emailAddress: '«EMAIL_ADDRESS|annemijn+news@uni-koeln.de»',
        active: true,
      },
      reporter: { displayName: '«PERSON|Robert Rodriguez»', emailAddress: '«EMAIL_ADDRESS|bettina+test@example.org»' },
      created: '2024-10-20T19:31:58Z',
      priority: { name: 'High' },
      status: { name: 'In Progress' },
    },
  },
  {
    eventVersion: '1.08',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAJ45Q7YFFAREXAMPLE',
      arn: 'arn:aws:iam::123456789012:user/alice',
    },
    eventTime: '2024-06-03T06:52:24Z',
    sourceIPAddress: '«IP_ADDRESS|8.99.229.232»',
    userAgent: 'aws-cli/2.15.0 Python/3.11.6',
    eventName: 'DescribeInstances',
  },
  {
    kind: 'Pod',
    metadata: { name: 'api-7d9c5b8f4-x2x8p', namespace: 'prod', uid: '79042e3f-1268-4ac0-8e8c-27fb4f3e7c85' },
    status: {
      hostIP: '«IP_ADDRESS|203.145.7.108»',
      podIP: '«IP_ADDRESS|203.16.108.208»',
      containerStatuses: [
        { imageID: 'docker.io/library/nginx@sha256:f9efa4edbcc66e3d8a5d6cad53fd07e6d64610f1eb51a376dd599151fd6e91c9' },
      ],
    },
  },
  {
    patient: {
      given_name: '«PERSON|Cecilia»',
      family_name: '«PERSON|Bouvet»',
      date_of_birth: '«DATE_OF_BIRTH|February 20, 1959»',
      mrn: '00482913',
      phone_home: '«PHONE_NUMBER|+13129348851»',
      address: '«LOCATION|Römergasse 0, 86724 Potsdam»',
    },
  },
  {
    resourceType: 'Patient',
    name: [{ use: 'official', family: '«PERSON|Lewis»', given: ['«PERSON|Thomas»', '«PERSON|Senna»'] }],
    telecom: [
      { system: 'phone', value: '«PHONE_NUMBER|404 307 1447»', use: 'home' },
      { system: 'email', value: '«EMAIL_ADDRESS|cbajaj@web.de»' },
    ],
    birthDate: '«DATE_OF_BIRTH|1990-06-06»',
  },
  {
    invoice: {
      number: 'INV-226',
      bill_to: { name: '«PERSON|Daniel Huhn»', address: '«LOCATION|03320 Logan Rest Suite 856, Rossburgh, NJ 36045»' },
      iban: '«IBAN_CODE|SE35 7618 3756 8108 2922 9807»',
      total: '129.00',
      due_date: '2024-11-30',
    },
  },
  {
    'Full Name': '«PERSON|Alf Bohlander»',
    'E-mail Address': '«EMAIL_ADDRESS|eligio_wang@orange.fr»',
    'Phone Number': '«PHONE_NUMBER|+19197347385»',
    'Social Security Number': '«US_SSN|458-33-6089»',
    'Date of Birth': '«DATE_OF_BIRTH|December 26, 1971»',
  },
  {
    ssn: '#«US_SSN|153984918»',
    cardNumber: '#«CREDIT_CARD|3530676017070384»',
    phone: '#«PHONE_NUMBER|9195565875»',
    accountNumber: '#«US_BANK_NUMBER|8178435616»',
  },
  {
    attendees: ['«PERSON|Zhou Yuting»', '«PERSON|John Gonzalez»', '«PERSON|Matthew Smith»'],
    organizer: '«PERSON|Linn Dries»',
    location: 'Room 4B',
    start: '2024-12-04T06:12:46Z',
  },
  {
    employees: [
      { name: '«PERSON|Mary Hamilton»', manager: '«PERSON|Thomas Smith»', department: 'Finance', salary: 84000 },
    ],
  },
  {
    author: '«PERSON|Vrinda Parmer»',
    reviewers: ['«PERSON|Stephen Price»', '«PERSON|Aria Belletini»'],
    merged_by: '«PERSON|Alfredo Chittolini»',
    branch: 'feature/login',
    commit: 'f99b968edaf3ba3fa0308bfd7253f4bf958b59c9',
  },
  {
    device: {
      hostname: 'lap-634',
      mac_address: '«MAC_ADDRESS|37:5D:5D:48:69:32»',
      ip_address: '«IP_ADDRESS|172.66.99.236»',
      os: 'Windows 11',
      serial: 'C02XG2JHJG5H',
    },
  },
  {
    crypto: {
      btc_address: '«CRYPTO|1PRRB8SqVXLYAnHkyrrsb8YfbJWjMirqKe»',
      eth_address: '«CRYPTO|0x21964eb09be7b156edc238abd286f8c0daca3be9»',
      amount: '0.25',
    },
  },
  {
    driver_license: '«US_DRIVER_LICENSE|64858106»',
    passport_number: '«US_PASSPORT|487695980»',
    bank_account_number: '«US_BANK_NUMBER|6167739944»',
    itin: '«US_ITIN|970-90-2350»',
  },
  {
    ticket: {
      subject: 'Refund',
      description:
        'Customer «PERSON|Livia van Wijk» wants a refund to card «CREDIT_CARD|2221-8203-2809-4701». Call «PHONE_NUMBER|07911 488596».',
      requester: { name: '«PERSON|Lucio Real»', email: '«EMAIL_ADDRESS|hrandhawa@outlook.com»' },
      tags: ['refund', 'vip'],
    },
  },
  {
    customer_name: '«PERSON|Cynthia I. Soto»',
    customer_phone: '«PHONE_NUMBER|+1 (404) 470-7647»',
    customer_email: '«EMAIL_ADDRESS|acasey@web.de»',
    order_id: 'SO65256396',
    items: [{ sku: 'AB-1029', qty: 2, price: 19.99 }],
  },
  {
    shipping_address: {
      first_name: '«PERSON|Romolo»',
      last_name: '«PERSON|Cortina»',
      address1: '«LOCATION|Strada Alfio, 766 Appartamento 4»',
      phone: '«PHONE_NUMBER|+13125827225»',
      city: '«LOCATION|Josephstad»',
      zip: '40202',
      country: '«LOCATION|India»',
    },
    line_items: [{ title: 'IPod Nano - 8gb', sku: 'IPOD2008PINK' }],
  },
  {
    data: {
      viewer: {
        nodes: [
          { contactPerson: '«PERSON|Lohit Krishna»', workPhone: '«PHONE_NUMBER|403-472-6665»' },
          { contactPerson: '«PERSON|James Gray»', workPhone: '«PHONE_NUMBER|+1-713-407-1581»' },
        ],
      },
    },
  },
  {
    log: '2024-08-09T00:16:17Z sshd[312]: Accepted publickey for deploy from «IP_ADDRESS|203.156.131.93» port 51122 ssh2',
    level: 'info',
  },
  {
    owner: { displayName: '«PERSON|James Newman»', userPrincipalName: '«EMAIL_ADDRESS|Yara.Franke@Yahoo.Co.Uk»' },
    mobilePhone: '«PHONE_NUMBER|001-996-531-3562x18235»',
    jobTitle: 'Auditor',
    officeLocation: '18/2111',
    id: '8e69731a-3c55-4780-aa09-d5e6bbc4fe12',
  },
  {
    beneficiary: '«PERSON|Prisha Yadav»',
    beneficiary_iban: '«IBAN_CODE|GB75MVGD84354681734014»',
    swift: 'DEUTDEFF',
    amount: { value: '100.00', currency: 'EUR' },
  },
  {
    notes: {
      $json: { caller: '«PERSON|Robert Mahe»', callback: '«PHONE_NUMBER|+61 2 9254 0865»', summary: 'wants to cancel' },
    },
  },
  {
    contacts: [
      { label: 'Mom', value: '«PHONE_NUMBER|(404) 670-0017»' },
      { label: 'Work', value: '«PHONE_NUMBER|713 582 3096»' },
    ],
  },
  {
    csv: 'name,email,phone\n«PERSON|Stefani Satta»,«EMAIL_ADDRESS|neha.guerra@gmail.com»,«PHONE_NUMBER|+15033078985»\n«PERSON|Min Sun»,«EMAIL_ADDRESS|anna+work@sub.domain.example.net»,«PHONE_NUMBER|415 470 9147»',
  },
  {
    createdBy: { name: '«PERSON|Natalja Wilmsen»' },
    updatedBy: { name: '«PERSON|Aarav Sodhi»' },
    name: 'Quarterly report',
    version: '1.2.3.4',
  },
  {
    applicant: {
      nameFirst: '«PERSON|Canan»',
      nameLast: '«PERSON|Griffith»',
      middle_name: '«PERSON|Alfred»',
      dob: '«DATE_OF_BIRTH|Dec 16, 1950»',
      nationalId: '«US_SSN|297-96-5521»',
    },
  },
  {
    message: 'Your code was sent to «PHONE_NUMBER|+1-295-322-6199»',
    recipient: '«PHONE_NUMBER|503.234.9932»',
    channel: 'sms',
  },
  {
    from: { name: '«PERSON|Lina van Henegouwen»', address: '«EMAIL_ADDRESS|xiaomingmartinez@web.de»' },
    to: [{ name: '«PERSON|Amico C. Ariosto»', address: '«EMAIL_ADDRESS|lei.rivero@yahoo.co.uk»' }],
    subject: 'Re: budget',
    date: '2024-12-26T09:33:34Z',
  },
  {
    leads: [
      {
        'Lead Name': '«PERSON|Toño Vara»',
        Company: '«ORGANIZATION|Heintze AG»',
        Phone: '«PHONE_NUMBER|0049 30 82449735»',
        Email: '«EMAIL_ADDRESS|jharrison@mail.acme-corp.io»',
        'Lead Source': 'Web',
      },
    ],
  },
  {
    vendor: {
      contact_name: '«PERSON|Luisina Antón»',
      tel: '«PHONE_NUMBER|1-212-445-2856»',
      fax: '«PHONE_NUMBER|+49 30 33567836»',
      vat: 'DE123456789',
      website: '«URL|https://shop.example.co.uk/login»',
    },
  },
  {
    results: [
      {
        doctor: '«PERSON|Étienne I. Paris»',
        patient_name: '«PERSON|Julián Zabaleta»',
        diagnosis: 'J45.909',
        visit_date: '2024-05-04',
      },
    ],
  },
  {
    driver: { name: '«PERSON|Sole Trentini»', phone: '«PHONE_NUMBER|+91-9817888039»' },
    vehicle: { plate: 'B-MW 1234', vin: '1HGBH41JXMN109186' },
    eta: 1712345678,
  },
  {
    whois: {
      registrant_name: '«PERSON|Nathaniel Parker»',
      registrant_phone: '«PHONE_NUMBER|+447911642473»',
      registrant_email: '«EMAIL_ADDRESS|s.nadig@orange.fr»',
      name_servers: ['ns1.example.com'],
    },
  },
  {
    peers: ['«IP_ADDRESS|145.151.95.34»:6379', '«IP_ADDRESS|8.217.206.252»:6379'],
    gateway: '«IP_ADDRESS|52.126.30.234»',
    subnet: '«IP_ADDRESS|172.138.159.158»/24',
    dns: ['«IP_ADDRESS|39df:df0a:ae8f:1221:da3c:23a3:d6c0:e0e8»'],
  },
  { text: '| Name | Mail |\n|---|---|\n| «PERSON|Cynthia Brown» | «EMAIL_ADDRESS|bethansobrino@example.com» |' },
  {
    students: {
      '1001': { name: '«PERSON|Ian Brown»', guardian: '«PERSON|Vajèn Ketting»' },
      '1002': { name: '«PERSON|Patricia Peck»', guardian: '«PERSON|Resi Fröhlich»' },
    },
  },
  {
    user: {
      name: { first: '«PERSON|Zihan»', last: '«PERSON|Miranda»' },
      location: { city: '«LOCATION|Lake Brian»', country: '«LOCATION|China»' },
      cell: '«PHONE_NUMBER|+1 702 482 9367»',
      login: { uuid: '2ee3b170-7224-4692-a566-fd2e2c0a2d38' },
      nat: 'GB',
    },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: {
      name: 'update_employee',
      arguments: {
        employee: {
          first_name: '«PERSON|Nynke»',
          last_name: '«PERSON|Thomas»',
          work_email: '«EMAIL_ADDRESS|n.compton@startup.ai»',
          work_phone: '«PHONE_NUMBER|+31 6 41112685»',
          birth_date: '«DATE_OF_BIRTH|1978-03-27»',
        },
      },
    },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: {
      name: 'book_flight',
      arguments: {
        passengers: [
          {
            givenName: '«PERSON|Kenneth»',
            surname: '«PERSON|Reyes»',
            passport: '«US_PASSPORT|435872409»',
            dateOfBirth: '«DATE_OF_BIRTH|1944-08-13»',
          },
        ],
        contactPhone: '«PHONE_NUMBER|303-234-8929x31»',
        contactEmail: '«EMAIL_ADDRESS|david_zhao@yahoo.co.uk»',
      },
    },
  },
];
