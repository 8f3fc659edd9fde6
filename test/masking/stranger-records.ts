/** Documents of the shapes that servers for people, sales, code and machines answer with, labelled before any detector was read; values drawn by chance. */
export const STRANGER_RECORDS: readonly unknown[] = [
  {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'search_people', arguments: { query: '«PERSON|Aryan Bir»', limit: 10 } },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: {
      name: 'transfer',
      arguments: {
        from_iban: '«IBAN_CODE|ES2717179176146529046698»',
        to_iban: '«IBAN_CODE|IE96ICZE67914499390826»',
        recipientName: '«PERSON|Reyansh Pai»',
        amount: 250.5,
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
            $json: [
              { id: 1, userName: '«PERSON|Giampaolo Gabba»', contactNo: '«PHONE_NUMBER|590.272.8170x566»' },
              { id: 2, userName: '«PERSON|Luigina I. Orlando»', contactNo: '«PHONE_NUMBER|919-734-8494 x38»' },
            ],
          },
        },
      ],
      isError: false,
    },
  },
  {
    jsonrpc: '2.0',
    id: 7,
    result: {
      content: [
        {
          type: 'text',
          text: 'Customer: «PERSON|Volkhard Briemer»\nPhone: «PHONE_NUMBER|916.845.4025»\nCard: «CREDIT_CARD|36567802639902»\nStatus: active',
        },
      ],
      isError: false,
    },
  },
  {
    employees: [
      {
        'Employee Name': '«PERSON|Mary Colon»',
        'Manager Name': '«PERSON|James Hester»',
        SSN: '«US_SSN|538-25-9171»',
        'Home Phone': '«PHONE_NUMBER|512-534-8276»',
        Title: 'Analyst',
      },
    ],
  },
  {
    columns: ['customer_id', 'first_name', 'last_name', 'phone'],
    data: [
      ['C-1', '«PERSON|Emily»', '«PERSON|van der Leek»', '«PHONE_NUMBER|07400 556789»'],
      ['C-2', '«PERSON|Yara»', '«PERSON|Krause»', '«PHONE_NUMBER|562.499.9500x27936»'],
    ],
  },
  {
    Lead: {
      FirstName: '«PERSON|Xinyi»',
      LastName: '«PERSON|van Westfalen»',
      Phone: '«PHONE_NUMBER|020 7788 3197»',
      Fax: '«PHONE_NUMBER|(646) 307-9434 x542»',
      Company: '«ORGANIZATION|Costa, Green and Gomez»',
      OwnerId: '0058d000002TNyLAAW',
    },
  },
  {
    id: 'ch_3MmlLrLkdIwHu7ix0snN0B15',
    object: 'charge',
    billing_details: {
      address: { city: '«LOCATION|East Timothyborough»', line1: '«LOCATION|boulevard de Picard»' },
      email: '«EMAIL_ADDRESS|esilva@uni-koeln.de»',
      name: '«PERSON|Albert Cook»',
      phone: '«PHONE_NUMBER|+19196821190»',
    },
    payment_method_details: { card: { brand: 'visa', last4: '4242' } },
    created: 1679090539,
  },
  {
    sha: '60a3a1a857343db743fc0a3dc19b78ebe57b8d6e',
    commit: {
      author: { name: '«PERSON|Dhruv Ganesan»', email: '«EMAIL_ADDRESS|luciobellemans@orange.fr»' },
      message: 'Fix typo',
      tree: { sha: '57c6f8591a31e280ce50339adf554e6b83205fee' },
      verification: { verified: false },
    },
    files: [{ filename: 'README.md', blob_url: '«URL|http://example.com/login»' }],
  },
  {
    issue: {
      key: 'HR-999',
      fields: {
        creator: { displayName: '«PERSON|Vinicio Menendez»' },
        watchers: [{ displayName: '«PERSON|Marina Ubaldi»' }],
        project: { name: 'Platform' },
        issuetype: { name: 'Bug' },
        comment: {
          comments: [
            {
              author: { displayName: '«PERSON|Lihua Huang»' },
              body: 'Spoke to «PERSON|Robert Hayes», number «PHONE_NUMBER|+1 (646) 582-0312»',
            },
          ],
        },
      },
    },
  },
  {
    event: {
      type: 'message',
      user: 'U061F7AUR',
      text: '<@U061F7AUR> ask «PERSON|Galina auch Schlauchin» («EMAIL_ADDRESS|anderson-jim@example.org»)',
      ts: '1512085950.000216',
    },
  },
  {
    Records: [
      {
        eventName: 'ConsoleLogin',
        sourceIPAddress: '«IP_ADDRESS|172.76.152.107»',
        requestID: '7a3557c6-fa9b-43a7-80a8-57ee0a95e310',
        additionalEventData: { MFAUsed: 'Yes' },
      },
    ],
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    spec: {
      clusterIP: '«IP_ADDRESS|81.134.160.185»',
      externalIPs: ['«IP_ADDRESS|10.23.174.239»'],
      ports: [{ port: 443, targetPort: 8443 }],
    },
    metadata: { name: 'frontend', resourceVersion: '2938471' },
  },
  {
    PatientName: '«PERSON|Kiaan Rana»',
    PatientBirthDate: '«DATE_OF_BIRTH|1943-11-28»',
    ReferringPhysicianName: '«PERSON|Michelle Reed»',
    PatientTelephone: '«PHONE_NUMBER|+1 512 534 1674»',
    StudyInstanceUID: '1.2.840.113619.2.55.3',
  },
  {
    subject: {
      forename: '«PERSON|Ali»',
      surname: '«PERSON|Chaudry»',
      telephone: '«PHONE_NUMBER|020 7987 2674»',
      postcode: 'SW1A 1AA',
      town: '«LOCATION|Ichalkaranji»',
    },
  },
  {
    kunde: {
      vorname: '«PERSON|Meiling»',
      nachname: '«PERSON|Fernandez»',
      telefon: '«PHONE_NUMBER|+55 11 95318-4000»',
      iban: '«IBAN_CODE|DE96617511594566782739»',
      ort: '«LOCATION|Manchester»',
    },
  },
  {
    cliente: {
      nombre: '«PERSON|Lidia»',
      apellido: '«PERSON|Esparza»',
      telefono: '«PHONE_NUMBER|+31 6 22212824»',
      correo: '«EMAIL_ADDRESS|keya.traversa14@hotmail.es»',
    },
  },
  {
    client: {
      prenom: '«PERSON|David»',
      nom: '«PERSON|Zhao»',
      telephone: '«PHONE_NUMBER|+91 98263 16551»',
      ville: '«LOCATION|Chicago»',
    },
  },
  {
    social_security_number: '#«US_SSN|103946926»',
    pan: '#«CREDIT_CARD|36783116976886»',
    mobile: '#«PHONE_NUMBER|7132079401»',
    routing_number: '021000021',
    bank_account: '#«US_BANK_NUMBER|399547053070»',
  },
  {
    participants: [
      { displayName: '«PERSON|Lihua Zhao»', role: 'host' },
      { displayName: '«PERSON|Michael Kashyap»', role: 'guest' },
    ],
    meetingId: '38aaeae0-f112-455b-bd89-631e540ca978',
  },
  {
    signers: ['«PERSON|Ravi Steenbakkers»', '«PERSON|Goran Zänker»'],
    witness: '«PERSON|Saanvi Doctor»',
    document: 'NDA v2',
    signedAt: '2024-11-13T21:48:07Z',
  },
  {
    pull_request: {
      title: 'Add retry',
      reviewer: '«PERSON|Jacob Calhoun»',
      author_name: '«PERSON|Nidhi Bir»',
      author_email: '«EMAIL_ADDRESS|noemi_adams@company.co.in»',
      additions: 12,
      merge_commit_sha: '7e60a1bcd10034920d7301a0211a6de8fa6f57ca',
    },
  },
  {
    lease: {
      'client-hostname': 'nas-468',
      hwaddr: '«MAC_ADDRESS|de:24:85:03:00:e4»',
      ip: '«IP_ADDRESS|34.69.231.18»',
      expires: 1712345678,
    },
  },
  {
    wallets: [
      { address: '«CRYPTO|1KJ6JP3kE2PjSKnrPfXCUH3JUwtGUKFzJ9»', network: 'bitcoin' },
      { address: '«CRYPTO|0xcc1605f2f533383e237b73c6bc81541c0df2594b»', network: 'ethereum' },
    ],
  },
  {
    identity: {
      passportNo: '«US_PASSPORT|882940875»',
      drivers_license_number: '«US_DRIVER_LICENSE|C309538573403»',
      tax_id: '«US_ITIN|913-94-8750»',
      account_no: '«US_BANK_NUMBER|946618332700»',
    },
  },
  {
    case: {
      description:
        'Caller «PERSON|Shannon Neal» disputes a charge on «CREDIT_CARD|5425-7759-0593-2193»; reach at «PHONE_NUMBER|+1 (512) 707-8655» or «EMAIL_ADDRESS|quinten+work@startup.ai»',
      contact: { fullName: '«PERSON|Charita Aurora»' },
      caseNumber: 'PO-2024-30310',
    },
  },
  {
    billing: {
      cardholder: '«PERSON|Lana van Oosten»',
      card: '«CREDIT_CARD|36839682199541»',
      cvv: '«SECRET|123»',
      zip: '10001',
    },
    order_number: 'ORD-238830',
  },
  {
    recipient: {
      name: '«PERSON|Alan Chapman»',
      phone_number: '«PHONE_NUMBER|713 682 0893»',
      street1: '«LOCATION|440 Angelica Street Suite 870»',
      city: '«LOCATION|North Kelliton»',
      state: 'CA',
    },
    parcel: { weight: 1.2, tracking_number: '090515287512' },
  },
  {
    edges: [
      {
        node: {
          primaryContact: {
            fullName: '«PERSON|Dana van de Water»',
            phoneNumber: '«PHONE_NUMBER|+16469708847»',
            emailAddress: '«EMAIL_ADDRESS|anabel.barbarigo93@startup.ai»',
          },
        },
      },
    ],
  },
  {
    line: 'Nov 12 10:00:01 fw kernel: DROP IN=eth0 SRC=«IP_ADDRESS|34.221.91.83» DST=«IP_ADDRESS|172.93.10.176» PROTO=TCP SPT=443 DPT=5123',
  },
  {
    givenName: '«PERSON|Benjamin»',
    surname: '«PERSON|Lewis»',
    displayName: '«PERSON|James Walker»',
    businessPhones: ['«PHONE_NUMBER|503-334-0272»'],
    mail: '«EMAIL_ADDRESS|zihan.junitz43@uni-koeln.de»',
    preferredLanguage: 'en-US',
  },
  {
    creditor: { name: '«PERSON|Kiki Billung»', iban: '«IBAN_CODE|CH6714921Q98T93QAYL6C»' },
    debtor: { name: '«PERSON|Suhani Krishnamurthy»', iban: '«IBAN_CODE|IE44GVFZ34160392667772»' },
    reference: '7579721170',
  },
  {
    payload: {
      $json: {
        agent: { name: '«PERSON|Jeremiah Krish»' },
        customer: {
          name: '«PERSON|Felix Broekhoven»',
          phone: '«PHONE_NUMBER|06 81 69 13 31»',
          ssn: '«US_SSN|585-83-6443»',
        },
      },
    },
  },
  {
    emergency_contacts: [
      { name: '«PERSON|Alix Besson»', relationship: 'spouse', phone: '«PHONE_NUMBER|+91-9804478716»' },
      { name: '«PERSON|Cheryl Harper»', relationship: 'brother', phone: '«PHONE_NUMBER|(415) 945-1115»' },
    ],
  },
  {
    table:
      'id;vorname;nachname;telefon\n1;«PERSON|Florentina»;«PERSON|Cuevas»;«PHONE_NUMBER|+91-9888414556»\n2;«PERSON|Udo»;«PERSON|Castillo»;«PHONE_NUMBER|030 24244879»',
  },
  {
    created_by: '«PERSON|Lisa Roessink»',
    modified_by: '«PERSON|Hannah van Gent»',
    approver: '«PERSON|Wu Min»',
    title: 'Purchase Order',
    number: '#4750374',
  },
  {
    borrower: {
      legal_name: '«PERSON|Kelly Lewis»',
      maiden_name: '«PERSON|Ford»',
      ssn: '«US_SSN|326-62-3432»',
      phones: ['«PHONE_NUMBER|(904)799-6197»', '«PHONE_NUMBER|0049 30 89696827»'],
    },
  },
  {
    sms: {
      to: '«PHONE_NUMBER|(512) 856-0394»',
      from: '«PHONE_NUMBER|+81 3-5397-1401»',
      body: 'Your appointment is tomorrow at 10:00',
    },
  },
  {
    messages: [{ sender: '«PERSON|Orlando Liverotti»', recipients: ['«PERSON|Kayla Alexander»'], subject: 'Lunch' }],
    count: 1,
  },
  {
    Deal: {
      'Deal Name': 'Renewal 2025',
      'Contact Name': '«PERSON|Lucy Crawford»',
      Owner: { name: '«PERSON|Patrick Lemoine»', email: '«EMAIL_ADDRESS|mitali.jenkins@mail.acme-corp.io»' },
      Amount: 15000,
    },
  },
  {
    supplier: {
      name: '«ORGANIZATION|Trub Schaaf KGaA»',
      contactName: '«PERSON|Rudra Dhaliwal»',
      phoneNo: '«PHONE_NUMBER|404.356.9747»',
      email: '«EMAIL_ADDRESS|troussel@orange.fr»',
    },
  },
  {
    prescriptions: [
      { prescriber: '«PERSON|Yuting Wu»', patient: '«PERSON|Caitlin Thornton»', drug: 'Metformin 500 mg' },
    ],
  },
  {
    courier: { name: '«PERSON|Roberto Roncalli»', mobile_number: '«PHONE_NUMBER|+1-916-745-6773»' },
    status: 'OUT_FOR_DELIVERY',
    updated: 1712345678901,
  },
  {
    registrant: {
      name: '«PERSON|Jessica Dennis»',
      organization: '«ORGANIZATION|Globex GmbH»',
      phone: '«PHONE_NUMBER|+1 (713) 470-5088»',
      email: '«EMAIL_ADDRESS|ross.velez@mail.acme-corp.io»',
    },
    domain: 'example.org',
    status: ['clientTransferProhibited'],
  },
  {
    remote_addr: '«IP_ADDRESS|203.65.254.225»',
    x_forwarded_for: '«IP_ADDRESS|203.71.132.100», «IP_ADDRESS|34.149.160.217»',
    server: '«IP_ADDRESS|2001:db8:6de2::58ce»',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.6099.71',
  },
  {
    hosts: [
      { ip: '«IP_ADDRESS|172.84.249.211»', mac: '«MAC_ADDRESS|64-76-DE-F9-AA-B9»' },
      { ip: '«IP_ADDRESS|fd12:3456:789a::1»', mac: '«MAC_ADDRESS|18:CA:DB:E5:51:E0»' },
    ],
  },
  {
    members: [
      '«PERSON|Tobias van Metz» <«EMAIL_ADDRESS|yuting.olson15@example.org»>',
      '«PERSON|Jack Bradley» <«EMAIL_ADDRESS|f.pillay@hotmail.es»>',
    ],
  },
  {
    user: {
      profile: {
        firstname: '«PERSON|Wessel»',
        lastname: '«PERSON|García»',
        nickname: 'bear704',
        phone: '«PHONE_NUMBER|+91 98579 16187»',
        dob: '«DATE_OF_BIRTH|9-Nov-1960»',
      },
    },
  },
  {
    env: [
      { name: 'DB_PASSWORD', value: '«SECRET|Tiger_x81Lq42»' },
      { name: 'REGION', value: 'eu-west-1' },
    ],
  },
  { headers: { Authorization: '«SECRET|Bearer 9fKq2LmN4pQ7rS9tUvWxYz0123456789abcd»' } },
];
